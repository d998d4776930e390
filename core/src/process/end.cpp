#include <pier/process/end.hpp>

#include <array>
#include <charconv>
#include <cstddef>

namespace pier {

std::string ProcessEnd::describe() const {
    if (by != By::exception) return (by == By::signal ? "signal " : "exit status ") + std::to_string(status);
    std::array<char, 8> digits;
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), status, 16);
    std::string text = "exception 0x";
    return text.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

}  // namespace pier
