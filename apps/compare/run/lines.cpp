#include "run/lines.hpp"

#include <pier/sys/clock.hpp>

#include <array>

namespace compare {

pier::Result<std::string> Lines::next() {
    const pier::Time until = pier::sys::now() + patience;
    for (;;) {
        if (const std::size_t end = text_.find('\n'); end != std::string::npos) {
            std::string line = text_.substr(0, end);
            text_.erase(0, end + 1);
            return line;
        }
        std::array<std::byte, 4096> some;
        auto count = process_.read(some, until);
        if (!count) return pier::fail(count.error());
        if (*count == 0) return pier::fail(pier::Errc::end_of_stream);
        text_.append(reinterpret_cast<const char*>(some.data()), *count);
    }
}

}  // namespace compare
