// Keys instead of lines, by the mode of the console; and giving it back on every way out.
#include "process/error.hpp"

#include <pier/sys/terminal.hpp>

#include <atomic>
#include <csignal>
#include <cstdlib>

namespace pier::sys {
namespace {

HANDLE console = nullptr;
DWORD before = 0;
DWORD keys = 0;
std::atomic<bool> active{false};
LPTOP_LEVEL_EXCEPTION_FILTER filter_before = nullptr;

// The mode is the console's and would outlive the process. What somebody has changed since stays.
void restore() noexcept {
    DWORD mode = 0;
    if (active.exchange(false) && ::GetConsoleMode(console, &mode) && mode == keys) ::SetConsoleMode(console, before);
}

LONG WINAPI on_fault(EXCEPTION_POINTERS* fault) {
    restore();
    return filter_before != nullptr ? filter_before(fault) : EXCEPTION_CONTINUE_SEARCH;
}

void on_abort(int) { restore(); }  // abort() ends the process when this returns

}  // namespace

bool input_is_terminal() noexcept {
    DWORD mode = 0;
    HANDLE input = ::GetStdHandle(STD_INPUT_HANDLE);
    return input != nullptr && input != INVALID_HANDLE_VALUE && ::GetConsoleMode(input, &mode);
}

// Nobody is told of a change of the size: ReadConsole drops those events. Who draws asks for the columns.
Result<void> begin_keys(void (*)(void*) noexcept, void*) {
    if (active.load()) return fail(Errc::already_in_progress);
    HANDLE input = ::GetStdHandle(STD_INPUT_HANDLE);
    if (!::GetConsoleMode(input, &before)) return fail(win32::translate(::GetLastError()));
    console = input;
    keys = (before & ~static_cast<DWORD>(ENABLE_LINE_INPUT | ENABLE_ECHO_INPUT)) | ENABLE_PROCESSED_INPUT;
    // For arrows and the like; consoles before Windows 10 1511 refuse it, and give characters alone.
    if (::SetConsoleMode(console, keys | ENABLE_VIRTUAL_TERMINAL_INPUT)) {
        keys |= ENABLE_VIRTUAL_TERMINAL_INPUT;
    } else if (!::SetConsoleMode(console, keys)) {
        return fail(win32::translate(::GetLastError()));
    }
    active.store(true);
    static const bool at_exit = std::atexit(restore) == 0;
    if (!at_exit) {
        restore();
        return fail(Errc::not_enough_memory);
    }
    filter_before = ::SetUnhandledExceptionFilter(on_fault);
    const auto abort_before = std::signal(SIGABRT, on_abort);
    if (abort_before != SIG_DFL && abort_before != SIG_ERR) std::signal(SIGABRT, abort_before);
    return {};
}

void end_keys() noexcept {
    if (!active.load()) return;
    restore();
    (void)::SetUnhandledExceptionFilter(filter_before);
    const auto now = std::signal(SIGABRT, SIG_DFL);
    if (now != on_abort && now != SIG_ERR) std::signal(SIGABRT, now);
}

unsigned terminal_columns() noexcept {
    CONSOLE_SCREEN_BUFFER_INFO info{};
    HANDLE output = ::GetStdHandle(STD_OUTPUT_HANDLE);
    if (!::GetConsoleScreenBufferInfo(output, &info)) return 80;
    const int columns = info.srWindow.Right - info.srWindow.Left + 1;
    return columns > 0 ? static_cast<unsigned>(columns) : 80;
}

}  // namespace pier::sys
