// Writing to the standard output: a file, a pipe, or a console, which takes the bytes as text of its code page.
#include "process/error.hpp"

#include <pier/sys/console.hpp>

#include <algorithm>
#include <cstdint>

namespace pier::sys {
namespace {

using namespace win32;

constexpr std::size_t longest_write = 32 * 1024;  // a console refuses more than 64 KiB at once ("WriteConsole")

// As reading does it (standard_input.cpp): whoever started this process may have opened a pipe for overlapped calls,
// and nothing documented tells. A handle of the other kind blocks as ever.
bool write_pipe(HANDLE output, std::span<const std::byte> piece, DWORD& count) {
    static const HANDLE event = ::CreateEventW(nullptr, TRUE, FALSE, nullptr);
    OVERLAPPED operation{};
    operation.hEvent = event;
    const bool done = ::WriteFile(output, piece.data(), static_cast<DWORD>(piece.size()), nullptr, &operation) != 0;
    if (!done && ::GetLastError() != ERROR_IO_PENDING) return false;
    return ::GetOverlappedResult(output, &operation, &count, TRUE) != 0;
}

}  // namespace

Result<void> write_standard_output(std::span<const std::byte> data) {
    HANDLE output = ::GetStdHandle(STD_OUTPUT_HANDLE);
    if (output == nullptr || output == INVALID_HANDLE_VALUE) return {};  // the process was started without one
    const bool is_pipe = ::GetFileType(output) == FILE_TYPE_PIPE;
    while (!data.empty()) {
        const auto piece = data.first(std::min(data.size(), longest_write));
        DWORD count = 0;
        const bool done =
            is_pipe ? write_pipe(output, piece, count)
                    : ::WriteFile(output, piece.data(), static_cast<DWORD>(piece.size()), &count, nullptr) != 0;
        if (!done) {
            const DWORD code = ::GetLastError();
            // ERROR_NO_DATA: "The pipe is being closed."
            if (code == ERROR_BROKEN_PIPE || code == ERROR_NO_DATA || code == ERROR_PIPE_NOT_CONNECTED) {
                return fail(Errc::broken_pipe, static_cast<std::int32_t>(code));
            }
            return fail(translate(code));
        }
        data = data.subspan(count);
    }
    return {};
}

}  // namespace pier::sys
