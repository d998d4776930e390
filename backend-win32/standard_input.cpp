// Reading the standard input: a file, a pipe, or a console, which speaks UTF-16.
#include "error.hpp"
#include "text.hpp"

#include <pier/spi/sys.hpp>

#include <algorithm>
#include <array>
#include <cstring>

namespace pier::sys {
namespace {

using namespace win32;

constexpr wchar_t end_of_input = 26;  // Ctrl-Z, at the begin of a line

// ReadFile would give the console's code page, and UTF-8 as that page loses what is not ASCII ("Console input").
Result<std::size_t> read_console(HANDLE console, std::span<std::byte> into) {
    // The first half of a surrogate pair, when a read ended in its middle.
    static wchar_t half = 0;
    std::array<wchar_t, 1024> units;
    // A unit becomes three bytes at most.
    DWORD room = static_cast<DWORD>(std::min(units.size(), into.size() / 3)) - 1;
    for (;;) {
        DWORD kept = 0;
        if (half != 0) units[kept++] = std::exchange(half, L'\0');
        DWORD count = 0;
        ::SetLastError(ERROR_SUCCESS);
        if (!::ReadConsoleW(console, units.data() + kept, room - kept, &count, nullptr)) {
            return fail(translate(::GetLastError()));
        }
        // Ctrl-C ends the read and is reported elsewhere.
        if (count == 0 && ::GetLastError() == ERROR_OPERATION_ABORTED) continue;
        if (count == 0 || (kept == 0 && units[0] == end_of_input)) return 0;
        count += kept;
        if (IS_HIGH_SURROGATE(units[count - 1])) half = units[--count];
        std::string text = to_utf8({units.data(), count});
        if (text.empty()) continue;
        std::memcpy(into.data(), text.data(), text.size());
        return text.size();
    }
}

}  // namespace

Result<std::size_t> read_standard_input(std::span<std::byte> into) {
    HANDLE input = ::GetStdHandle(STD_INPUT_HANDLE);
    if (input == nullptr || input == INVALID_HANDLE_VALUE) return 0;  // the process was started without one
    DWORD mode = 0;
    if (::GetConsoleMode(input, &mode)) return read_console(input, into);
    DWORD count = 0;
    if (::ReadFile(input, into.data(), static_cast<DWORD>(into.size()), &count, nullptr)) return count;
    DWORD code = ::GetLastError();
    // The writer of a pipe has closed it.
    if (code == ERROR_BROKEN_PIPE || code == ERROR_HANDLE_EOF || code == ERROR_INVALID_HANDLE) return 0;
    return fail(translate(code));
}

}  // namespace pier::sys
