#include <pier/process/end.hpp>

#include <array>
#include <charconv>

namespace pier {

std::string ProcessEnd::describe() const {
    if (by != By::exception) {
        std::string text = by == By::signal ? "signal " : "exit status ";
        return text.append(std::to_string(status));
    }
    std::array<char, 8> digits;
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), status, 16);
    std::string text = "exception 0x";
    return text.append(digits.data(), end);
}

}  // namespace pier
