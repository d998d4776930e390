// Requests to stop: the console's, and a named event for processes that have none.
#include "error.hpp"

#include <pier/spi/sys.hpp>

#include <mutex>
#include <string>
#include <system_error>
#include <thread>

namespace pier::sys {
namespace {

// Never destroyed: the console's thread and the watcher may come while static objects go.
struct Receiver {
    std::mutex mutex;  // held during the call, so that after a replacement the old handler is not running any more
    void (*handler)(void*) noexcept = nullptr;
    void* context = nullptr;
    bool watched = false;
    bool on_console = false;

    bool notify() noexcept {
        std::lock_guard lock(mutex);
        if (handler == nullptr) return false;
        handler(context);
        return true;
    }
};

Receiver& receiver() {
    static Receiver* const instance = new Receiver;
    return *instance;
}

// A service is told of every user's leaving, its own stop comes by other ways.
bool is_service() noexcept {
    DWORD session = 1;
    return ::ProcessIdToSessionId(::GetCurrentProcessId(), &session) && session == 0;
}

// On a thread that the system makes for it.
BOOL WINAPI on_console_event(DWORD event) {
    if (event == CTRL_LOGOFF_EVENT && is_service()) return TRUE;
    if (!receiver().notify()) return FALSE;
    // The process is killed as soon as the handler returns, or after some seconds; main() ends it earlier.
    if (event == CTRL_CLOSE_EVENT || event == CTRL_LOGOFF_EVENT || event == CTRL_SHUTDOWN_EVENT) ::Sleep(INFINITE);
    return TRUE;
}

Result<void> watch_event() {
    std::wstring name = L"Local\\pier-stop-" + std::to_wstring(::GetCurrentProcessId());
    HANDLE event = ::CreateEventW(nullptr, FALSE, FALSE, name.c_str());
    if (event == nullptr) return fail(win32::translate(::GetLastError()));
    try {
        // Ends with the process. So does the event.
        std::thread([event] {
            while (::WaitForSingleObject(event, INFINITE) == WAIT_OBJECT_0) (void)receiver().notify();
        }).detach();
    } catch (const std::system_error&) {
        ::CloseHandle(event);
        return fail(Errc::not_enough_memory);
    }
    return {};
}

}  // namespace

Result<void> on_stop_request(void (*handler)(void*) noexcept, void* context) {
    Receiver& r = receiver();
    std::lock_guard lock(r.mutex);
    if (handler != nullptr && !r.watched) {
        if (auto watched = watch_event(); !watched) return watched;
        r.watched = true;
    }
    if (handler != nullptr && !r.on_console) {
        // A process that was started with CREATE_NEW_PROCESS_GROUP ignores Ctrl-C until this call.
        (void)::SetConsoleCtrlHandler(nullptr, FALSE);
        if (!::SetConsoleCtrlHandler(on_console_event, TRUE)) return fail(win32::translate(::GetLastError()));
        r.on_console = true;
    }
    r.handler = handler;
    r.context = context;
    return {};
}

}  // namespace pier::sys
