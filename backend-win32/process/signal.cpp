// Signals: the console's events, a named event for processes that have no console, and the ends of children.
#include "process/signal.hpp"

#include "process/error.hpp"

#include <pier/sys/signal.hpp>

#include <array>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace pier::sys {
namespace {

using win32::OwnedHandle;

enum Kind : std::size_t { interrupt, terminate, hang_up, child_ended, kinds };

// Never destroyed: the console's thread and the watcher may come while static objects go.
struct Receiver {
    std::mutex changing;  // held by add() and remove() alone
    std::mutex mutex;     // held while listeners are told, so that after remove() nobody tells that one any more
    std::array<SignalListener*, kinds> first{};
    bool watched = false;
    bool on_console = false;
    bool closing = false;  // the system is about to end the process

    // Whether somebody listens.
    bool tell(Kind kind, bool for_good = false) noexcept {
        std::lock_guard lock(mutex);
        if (first[kind] == nullptr) return false;
        if (for_good) closing = true;
        for (SignalListener* each = first[kind]; each != nullptr; each = each->next.load()) each->told(*each);
        return true;
    }
    void link(Kind kind, SignalListener& listener) noexcept {
        std::lock_guard lock(mutex);
        listener.next.store(first[kind]);
        first[kind] = &listener;
    }
    void unlink(Kind kind, SignalListener& listener) noexcept {
        std::lock_guard lock(mutex);
        SignalListener* before = nullptr;
        for (SignalListener* each = first[kind]; each != nullptr; before = each, each = each->next.load()) {
            if (each != &listener) continue;
            SignalListener* const after = listener.next.load();
            if (before != nullptr) {
                before->next.store(after);
            } else {
                first[kind] = after;
            }
            return;
        }
    }
    struct Wanted {
        bool on_console = false;
        bool closing = false;
    };
    Wanted wanted() noexcept {
        std::lock_guard lock(mutex);
        const bool some = first[interrupt] != nullptr || first[terminate] != nullptr || first[hang_up] != nullptr;
        return {some, closing};
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
    if (event == CTRL_C_EVENT) return receiver().tell(interrupt) ? TRUE : FALSE;
    if (event == CTRL_BREAK_EVENT) return receiver().tell(terminate) ? TRUE : FALSE;
    if (event == CTRL_LOGOFF_EVENT && is_service()) return TRUE;
    if (!receiver().tell(hang_up, true)) return FALSE;
    // The process is killed as soon as the handler returns, or after some seconds; main() ends it earlier.
    ::Sleep(INFINITE);
    return TRUE;
}

std::wstring event_of(std::uint64_t process) { return L"Local\\pier-stop-" + std::to_wstring(process); }

Result<void> watch_event() {
    OwnedHandle event(::CreateEventW(nullptr, FALSE, FALSE, event_of(::GetCurrentProcessId()).c_str()));
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
            while (::WaitForSingleObject(event.get(), INFINITE) == WAIT_OBJECT_0) (void)receiver().tell(terminate);
        }).detach();
    } catch (const std::exception&) {  // no thread, or no memory to start it with
        return fail(Errc::not_enough_memory);
    }
    // A program that ends at once, because it can't listen, would end while the thread is still being started. Wine
    // then writes an error of its own about that thread to the program's standard error.
    ::WaitForSingleObject(running.get(), INFINITE);
    return {};
}

// The console's handler is there while somebody listens. Under `changing`.
Result<void> settle_console(Receiver& r) noexcept {
    const auto wanted = r.wanted();
    // The console's list is locked while a handler of it runs, which waits for `mutex` in its turn: it must be free
    // here. A handler that sleeps until the process ends would never let go of the list.
    if (wanted.closing || r.on_console == wanted.on_console) return {};
    // A process that was started with CREATE_NEW_PROCESS_GROUP ignores Ctrl-C until this call.
    if (wanted.on_console) (void)::SetConsoleCtrlHandler(nullptr, FALSE);
    if (!::SetConsoleCtrlHandler(on_console_event, wanted.on_console)) return fail(win32::translate(::GetLastError()));
    r.on_console = wanted.on_console;
    return {};
}

// Nothing: this system has no such signal.
std::optional<Kind> kind_of(Signal signal) noexcept {
    switch (signal) {
        case Signal::interrupt:
            return interrupt;
        case Signal::terminate:
            return terminate;
        case Signal::hang_up:
            return hang_up;
        case Signal::child_ended:
            return child_ended;
        case Signal::user_1:
        case Signal::user_2:
            break;
    }
    return std::nullopt;
}

// Why a process can't be asked: there is none, or it does not listen.
Error why_unheard(std::uint64_t process) noexcept {
    const OwnedHandle found(::OpenProcess(SYNCHRONIZE, FALSE, static_cast<DWORD>(process)));
    const DWORD code = ::GetLastError();
    const bool ended = found && ::WaitForSingleObject(found.get(), 0) == WAIT_OBJECT_0;
    // OpenProcess: "If the specified process is the System Idle Process (0x00000000) ... ERROR_INVALID_PARAMETER", and
    // so is a number that nobody has.
    if (ended || (!found && code == ERROR_INVALID_PARAMETER)) {
        return {Errc::no_such_process, static_cast<std::int32_t>(ERROR_INVALID_PARAMETER)};
    }
    return {Errc::not_supported, static_cast<std::int32_t>(ERROR_FILE_NOT_FOUND)};
}

}  // namespace

Result<void> add(SignalListener& listener, Signal signal) {
    const auto kind = kind_of(signal);
    if (!kind) return fail(Errc::not_supported);
    Receiver& r = receiver();
    std::lock_guard changing(r.changing);
    if (*kind == terminate && !r.watched) {
        if (auto watched = watch_event(); !watched) return watched;
        r.watched = true;
    }
    r.link(*kind, listener);
    auto settled = settle_console(r);
    if (!settled) r.unlink(*kind, listener);
    return settled;
}

void remove(SignalListener& listener, Signal signal) noexcept {
    const auto kind = kind_of(signal);
    if (!kind) return;
    Receiver& r = receiver();
    std::lock_guard changing(r.changing);
    r.unlink(*kind, listener);
    (void)settle_console(r);  // a handler that stays finds nobody, and says so
}

std::span<const Signal> stop_signals() noexcept {
    static constexpr std::array all{Signal::terminate, Signal::interrupt, Signal::hang_up};
    return all;
}

Result<void> raise_signal(Signal signal) {
    const auto kind = kind_of(signal);
    if (!kind) return fail(Errc::not_supported);
    const bool told = receiver().tell(*kind);
    // What the system's own handler does.
    if (!told && *kind != child_ended) ::ExitProcess(static_cast<UINT>(STATUS_CONTROL_C_EXIT));
    return {};
}

Result<void> send_signal(std::uint64_t process, Signal signal) {
    if (signal != Signal::terminate) return fail(Errc::not_supported);
    if (process == 0 || process > MAXDWORD) return fail(Errc::no_such_process);
    const OwnedHandle event(::OpenEventW(EVENT_MODIFY_STATE, FALSE, event_of(process).c_str()));
    if (!event) {
        const DWORD code = ::GetLastError();
        if (code == ERROR_FILE_NOT_FOUND) return fail(why_unheard(process));
        return fail(win32::translate(code));
    }
    if (!::SetEvent(event.get())) return fail(win32::translate(::GetLastError()));
    return {};
}

}  // namespace pier::sys

namespace pier::win32 {

std::unique_ptr<EndWatch> EndWatch::prepare() {
    sys::Receiver& r = sys::receiver();
    {
        std::lock_guard lock(r.mutex);
        if (r.first[sys::child_ended] == nullptr) return nullptr;
    }
    return std::make_unique<EndWatch>();
}

Result<void> EndWatch::start(std::unique_ptr<EndWatch> watch, HANDLE process) noexcept {
    HANDLE own = nullptr;
    const HANDLE here = ::GetCurrentProcess();
    if (!::DuplicateHandle(here, process, here, &own, SYNCHRONIZE, FALSE, 0)) return fail(translate(::GetLastError()));
    watch->process_ = OwnedHandle(own);
    constexpr ULONG flags = WT_EXECUTEONLYONCE | WT_EXECUTEINWAITTHREAD;
    HANDLE wait = nullptr;
    if (!::RegisterWaitForSingleObject(&wait, own, ended, watch.get(), INFINITE, flags)) {
        return fail(translate(::GetLastError()));
    }
    watch->wait_ = wait;
    watch.release()->part();
    return {};
}

// On a thread of the pool that waits for others, too: it only tells.
void CALLBACK EndWatch::ended(void* self, BOOLEAN) noexcept {
    (void)sys::receiver().tell(sys::child_ended);
    static_cast<EndWatch*>(self)->part();
}

void EndWatch::part() noexcept {
    if (parties_.fetch_sub(1) != 1) return;
    // Its one call has been made or is this one, so there is nothing to wait for.
    (void)::UnregisterWaitEx(wait_, nullptr);
    delete this;
}

}  // namespace pier::win32
