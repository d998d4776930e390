// Reading the standard input: a file, a pipe, or a console, which speaks UTF-16.
#include "process/error.hpp"

#include <pier/sys/console.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

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
        // Straight into the reader's buffer: what has been read would be lost if there were no memory for it.
        const int size = ::WideCharToMultiByte(CP_UTF8, 0, units.data(), static_cast<int>(count),
                                               reinterpret_cast<char*>(into.data()), static_cast<int>(into.size()),
                                               nullptr, nullptr);
        if (size > 0) return static_cast<std::size_t>(size);
    }
}

// Where a file is read next: the call has to say. The system keeps the place of a handle for plain calls, which others
// may share, and none of one for overlapped calls.
class Place {
public:
    std::uint64_t of(HANDLE file) noexcept {
        if (file != file_) {
            file_ = file;
            at_ = 0;
        }
        LARGE_INTEGER told{};
        if (::SetFilePointerEx(file, {}, &told, FILE_CURRENT)) {
            at_ = std::max(at_, static_cast<std::uint64_t>(told.QuadPart));
        }
        return at_;
    }
    void add(DWORD count) noexcept { at_ += count; }

private:
    HANDLE file_ = nullptr;
    std::uint64_t at_ = 0;
};

Result<std::size_t> ended(DWORD code) {
    // The writer of a pipe has closed it.
    if (code == ERROR_BROKEN_PIPE || code == ERROR_HANDLE_EOF || code == ERROR_INVALID_HANDLE) return 0;
    return fail(translate(code));
}

// Whoever started this process may have opened the handle for overlapped calls (Node.js does), and nothing documented
// tells. Without an OVERLAPPED such a read may answer before it has ended ("ReadFile"); with one, a handle of the other
// kind blocks as ever.
Result<std::size_t> read_stream(HANDLE input, std::span<std::byte> into) {
    // Of the process, for its end; a reset is ReadFile's. A handle of its own: others may read from the same object.
    static const HANDLE event = ::CreateEventW(nullptr, TRUE, FALSE, nullptr);
    static Place place;
    if (event == nullptr) return fail(Errc::not_enough_memory);
    OVERLAPPED operation{};
    operation.hEvent = event;
    const bool is_file = ::GetFileType(input) == FILE_TYPE_DISK;
    if (is_file) {
        const std::uint64_t at = place.of(input);
        operation.Offset = static_cast<DWORD>(at);
        operation.OffsetHigh = static_cast<DWORD>(at >> 32);
    }
    DWORD count = 0;
    const auto room = static_cast<DWORD>(std::min<std::size_t>(into.size(), 1U << 20));
    bool done = ::ReadFile(input, into.data(), room, nullptr, &operation) != 0;
    if (!done && ::GetLastError() != ERROR_IO_PENDING) return ended(::GetLastError());
    done = ::GetOverlappedResult(input, &operation, &count, TRUE) != 0;
    if (!done) return ended(::GetLastError());
    if (is_file) place.add(count);
    return count;
}

}  // namespace

Result<std::size_t> read_standard_input(std::span<std::byte> into) {
    HANDLE input = ::GetStdHandle(STD_INPUT_HANDLE);
    if (input == nullptr || input == INVALID_HANDLE_VALUE) return 0;  // the process was started without one
    DWORD mode = 0;
    if (::GetConsoleMode(input, &mode)) return read_console(input, into);
    return read_stream(input, into);
}

}  // namespace pier::sys
