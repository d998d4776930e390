// Requests to stop: the console's, and a named event for processes that have none.
#include "engine/owned_handle.hpp"
#include "process/error.hpp"

#include <pier/sys/stop.hpp>

#include <exception>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace pier::sys {
namespace {

using win32::OwnedHandle;

// Never destroyed: the console's thread and the watcher may come while static objects go.
struct Receiver {
    std::mutex changing;  // held by on_stop_request alone
    std::mutex mutex;     // held during the call, so that after a replacement the old handler is not running any more
    void (*handler)(void*) noexcept = nullptr;
    void* context = nullptr;
    bool watched = false;
    bool on_console = false;
    bool closing = false;  // the system is about to end the process

    bool notify(bool for_good = false) noexcept {
        std::lock_guard lock(mutex);
        if (handler == nullptr) return false;
        if (for_good) closing = true;
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
    const bool closing = event == CTRL_CLOSE_EVENT || event == CTRL_LOGOFF_EVENT || event == CTRL_SHUTDOWN_EVENT;
    if (!receiver().notify(closing)) return FALSE;
    // The process is killed as soon as the handler returns, or after some seconds; main() ends it earlier.
    if (closing) ::Sleep(INFINITE);
    return TRUE;
}

std::wstring name_of_event(std::uint64_t process) { return L"Local\\pier-stop-" + std::to_wstring(process); }

Result<void> watch_event() {
    const std::wstring name = name_of_event(::GetCurrentProcessId());
    OwnedHandle event(::CreateEventW(nullptr, FALSE, FALSE, name.c_str()));
    const DWORD code = ::GetLastError();
    if (!event) return fail(win32::translate(code));
    // Who made it decides who may set it, of what kind it is, and takes part of what is set.
    if (code == ERROR_ALREADY_EXISTS) return fail(Errc::permission_denied, static_cast<std::int32_t>(code));
    const OwnedHandle running = win32::make_event();
    if (!running) return fail(win32::translate(::GetLastError()));
    try {
        // Ends with the process.
        std::thread([event = std::move(event), running = running.get()] {
            ::SetEvent(running);
            while (::WaitForSingleObject(event.get(), INFINITE) == WAIT_OBJECT_0) (void)receiver().notify();
        }).detach();
    } catch (const std::exception&) {  // no thread, or no memory to start it with
        return fail(Errc::not_enough_memory);
    }
    // A program that ends at once, because it can't listen, would end while the thread is still being started. Wine
    // then writes an error of its own about that thread to the program's standard error.
    ::WaitForSingleObject(running.get(), INFINITE);
    return {};
}

}  // namespace

Result<void> on_stop_request(void (*handler)(void*) noexcept, void* context) {
    Receiver& r = receiver();
    std::lock_guard changing(r.changing);
    if (handler != nullptr && !r.watched) {
        if (auto watched = watch_event(); !watched) return watched;
        r.watched = true;
    }
    bool closing = false;
    {
        std::lock_guard lock(r.mutex);
        r.handler = handler;
        r.context = context;
        closing = r.closing;
    }
    // The console's list is locked while a handler of it runs, which waits for `mutex` in its turn: it must be free
    // here. A handler that sleeps until the process ends would never let go of the list.
    if (closing || r.on_console == (handler != nullptr)) return {};
    if (handler != nullptr) {
        // A process that was started with CREATE_NEW_PROCESS_GROUP ignores Ctrl-C until this call.
        (void)::SetConsoleCtrlHandler(nullptr, FALSE);
    }
    if (!::SetConsoleCtrlHandler(on_console_event, handler != nullptr)) {
        const DWORD failure = ::GetLastError();
        std::lock_guard lock(r.mutex);
        r.handler = nullptr;
        return fail(win32::translate(failure));
    }
    r.on_console = handler != nullptr;
    return {};
}

Result<void> ask_to_stop(std::uint64_t process) {
    const std::wstring name = name_of_event(process);
    const OwnedHandle event(::OpenEventW(EVENT_MODIFY_STATE, FALSE, name.c_str()));
    const DWORD code = ::GetLastError();
    if (!event && code == ERROR_FILE_NOT_FOUND) return fail(Errc::not_supported, static_cast<std::int32_t>(code));
    if (!event || !::SetEvent(event.get())) return fail(win32::translate(::GetLastError()));
    return {};
}

}  // namespace pier::sys
