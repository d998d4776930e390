#include "console/console.hpp"
#include "process/command_line.hpp"
#include "process/text.hpp"
#include "socket/winsock.hpp"

#include <pier/sys/console.hpp>
#include <pier/sys/process.hpp>

#include <fcntl.h>
#include <io.h>
#include <cstdio>
#include <cstdlib>

namespace pier::sys {
namespace {

UINT previous_output_page = 0;

// Standard output and standard error may be two consoles, or one.
struct ConsoleMode {
    HANDLE console = nullptr;
    DWORD mode = 0;
};
ConsoleMode previous_modes[2];

// Another program that runs in this console may have begun after the change, and rely on it: then it stays. So does
// what somebody has changed since.
void restore_modes() {
    for (const ConsoleMode& previous : previous_modes) {
        DWORD mode = 0;
        if (previous.console == nullptr || !::GetConsoleMode(previous.console, &mode)) continue;
        if (mode != (previous.mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING) || win32::shares_console()) continue;
        ::SetConsoleMode(previous.console, previous.mode);
    }
}

void restore_page() {
    if (::GetConsoleOutputCP() == CP_UTF8 && !win32::shares_console()) ::SetConsoleOutputCP(previous_output_page);
}

}  // namespace

std::vector<std::string> arguments(int, char**) {
    std::vector<std::string> utf8;
    for (const std::wstring& word : win32::split_command_line(::GetCommandLineW()))
        utf8.push_back(win32::to_utf8(word));
    return utf8;
}

std::string own_program() {
    std::wstring path(260, L'\0');
    for (;;) {
        const DWORD size = ::GetModuleFileNameW(nullptr, path.data(), static_cast<DWORD>(path.size()));
        if (size < path.size()) return win32::to_utf8(std::wstring_view(path).substr(0, size));
        path.resize(path.size() * 2);
    }
}

void ignore_broken_pipe_signal() noexcept {}

bool is_terminal(StandardStream stream) noexcept {
    const bool output = stream == StandardStream::output;
    HANDLE console = ::GetStdHandle(output ? STD_OUTPUT_HANDLE : STD_ERROR_HANDLE);
    DWORD mode = 0;
    if (console == nullptr || console == INVALID_HANDLE_VALUE || !::GetConsoleMode(console, &mode)) return false;
    if ((mode & ENABLE_VIRTUAL_TERMINAL_PROCESSING) != 0) return true;
    if (!::SetConsoleMode(console, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING)) return false;  // older than Windows 10
    // The mode belongs to the console and would outlive the process.
    static const bool restored = std::atexit(restore_modes) == 0;
    if (restored) previous_modes[output ? 0 : 1] = {console, mode};
    return true;
}

void prepare_process() noexcept {
    // All of it is best effort: a stream that is closed has no mode, a process without a console no code page.
    for (std::FILE* stream : {stdin, stdout, stderr}) {
        int descriptor = ::_fileno(stream);
        if (descriptor >= 0) (void)::_setmode(descriptor, _O_BINARY);
    }
    // The page belongs to the console and would outlive the process.
    UINT page = ::GetConsoleOutputCP();
    if (page != 0 && page != CP_UTF8 && ::SetConsoleOutputCP(CP_UTF8)) {
        previous_output_page = page;
        (void)std::atexit(restore_page);
    }
}

}  // namespace pier::sys
