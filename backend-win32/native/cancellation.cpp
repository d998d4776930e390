// Closing and cancelling under an operation, by raw calls: blocked ones, overlapped ones and completion ports.
#include "loopback.hpp"
#include "probes.hpp"

#include <array>
#include <atomic>
#include <memory>
#include <thread>

namespace pier::native {
namespace {

// What a blocked call works with: whoever is never woken keeps it, and its thread, until the process ends.
struct Call {
    std::atomic<bool> inside = false;
    std::atomic<bool> ended = false;
    std::string_view answer;
};

// A thread inside of a call. Nothing tells when it sleeps there: hence the window.
class Blocked {
public:
    Blocked(std::string_view (*call)(SOCKET), SOCKET socket) : call_(std::make_shared<Call>()) {
        std::thread([shared = call_, call, socket] {
            shared->inside = true;
            shared->answer = call(socket);
            shared->ended = true;
        }).detach();
        while (!call_->inside) std::this_thread::yield();
        std::this_thread::sleep_for(std::chrono::milliseconds(window_ms));
    }
    [[nodiscard]] std::string_view answer() const {
        const Stopwatch watch;
        while (!call_->ended && watch.milliseconds() < 300) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return call_->ended ? call_->answer : "blocks";
    }

private:
    std::shared_ptr<Call> call_;
};

std::string_view receive_once(SOCKET socket) { return received(receive(socket)); }
std::string_view accept_once(SOCKET socket) {
    const Socket accepted(::accept(socket, nullptr, nullptr));
    return accepted.valid() ? "works" : last();
}
std::string_view poll_once(SOCKET socket) {
    const int events = wait_for(socket, POLLIN, limit_ms);
    return events == 0 ? "quiet" : (events & POLLNVAL) != 0 ? "invalid" : "ready";
}

NativeVerdict close_receive_and_accept() {
    Seen seen;
    {
        auto [here, there] = pair();
        set_blocking(here, true);
        const Blocked receiver(receive_once, here);
        here.close();
        seen << receiver.answer();
    }
    Socket listening = listener();
    set_blocking(listening, true);
    const Blocked acceptor(accept_once, listening);
    listening.close();
    seen << acceptor.answer();
    return seen;
}

NativeVerdict shut_receive_and_accept() {
    Seen seen;
    {
        auto [here, there] = pair();
        set_blocking(here, true);
        const Blocked receiver(receive_once, here);
        (void)::shutdown(here, SD_BOTH);
        seen << receiver.answer();
        there.close();
    }
    const Socket listening = listener();
    const std::uint16_t port = port_of(listening);
    set_blocking(listening, true);
    const Blocked acceptor(accept_once, listening);
    (void)::shutdown(listening, SD_BOTH);
    seen << acceptor.answer();
    const Socket waker = tcp();
    (void)connect_to(waker, loopback(port));
    (void)acceptor.answer();
    return seen;
}

NativeVerdict close_under_poll() {
    auto [here, there] = pair();
    const Blocked waiter(poll_once, here);
    here.close();
    return Seen() << waiter.answer();
}

// One overlapped receive that signals an event. Lives until it has ended, whatever the steps do.
class Receive {
public:
    explicit Receive(SOCKET socket) {
        operation_.hEvent = event_.get();
        WSABUF buffer{static_cast<ULONG>(into_.size()), into_.data()};
        DWORD flags = 0;
        if (::WSARecv(socket, &buffer, 1, nullptr, &flags, &operation_, nullptr) != 0 &&
            ::WSAGetLastError() != WSA_IO_PENDING) {
            fail("WSARecv");
        }
    }
    [[nodiscard]] bool ended(int milliseconds) const noexcept { return event_.wait(milliseconds); }
    [[nodiscard]] OVERLAPPED* operation() noexcept { return &operation_; }
    // By its status, because the socket may be closed.
    [[nodiscard]] std::string_view answer(SOCKET socket) {
        DWORD bytes = 0;
        if (::GetOverlappedResult(win32::handle(socket), &operation_, &bytes, FALSE)) {
            return bytes == 0 ? "end" : "data";
        }
        const DWORD code = ::GetLastError();
        return code == ERROR_IO_INCOMPLETE ? "pending" : word(code);
    }

private:
    Event event_;
    std::array<char, 64> into_{};
    OVERLAPPED operation_{};
};

// How the receive ends, and what the peer reads.
NativeVerdict closed_pending(bool seen_by_peer) {
    auto [here, there] = pair();
    auto receive = std::make_unique<Receive>(here);
    const SOCKET number = here;
    here.close();
    if (seen_by_peer) {
        const std::string_view peer =
            wait_for(there, POLLIN, limit_ms) == 0 ? "quiet" : received(native::receive(there));
        if (!receive->ended(limit_ms)) (void)receive.release();  // it is written to when it likes
        return Seen() << peer;
    }
    if (!receive->ended(limit_ms)) {
        (void)receive.release();
        return Seen() << "pending";
    }
    return Seen() << receive->answer(number);
}

NativeVerdict cancel_one() {
    auto [here, there] = pair();
    auto receive = std::make_unique<Receive>(here);
    Seen seen;
    seen << (::CancelIoEx(win32::handle(here), receive->operation()) ? "works" : word(::GetLastError()));
    if (!receive->ended(limit_ms)) {
        (void)receive.release();
        return seen << "pending";
    }
    seen << receive->answer(here);
    must_send(there, "usable");
    must_be_readable(here);
    seen << received(native::receive(here));
    return seen;
}

NativeVerdict cancel_nothing() {
    auto [here, there] = pair();
    if (::CancelIoEx(win32::handle(here), nullptr)) return Seen() << "works";
    const DWORD code = ::GetLastError();
    return Seen() << (code == ERROR_NOT_FOUND ? "not-found" : word(code));
}

NativeVerdict thread_exit() {
    auto [here, there] = pair();
    std::unique_ptr<Receive> receive;
    std::thread([&receive, &socket = here] { receive = std::make_unique<Receive>(socket); }).join();
    (void)receive->ended(window_ms);
    Seen seen;
    seen << receive->answer(here);
    must_send(there, "late");
    if (!receive->ended(limit_ms)) {
        (void)receive.release();
        return seen << "pending";
    }
    return seen << receive->answer(here);
}

// Data is there: does the call succeed at once, and does a packet come as well?
NativeVerdict immediate() {
    auto [here, there] = pair();
    const HANDLE port = ::CreateIoCompletionPort(win32::handle(here), nullptr, 7, 1);
    if (port == nullptr) fail("CreateIoCompletionPort");
    must_send(there, "data");
    must_be_readable(here);
    auto operation = std::make_unique<OVERLAPPED>();
    auto into = std::make_unique<std::array<char, 64>>();
    WSABUF buffer{static_cast<ULONG>(into->size()), into->data()};
    DWORD flags = 0;
    DWORD bytes = 0;
    const int result = ::WSARecv(here, &buffer, 1, &bytes, &flags, operation.get(), nullptr);
    Seen seen;
    seen << (result == 0 ? "at-once" : ::WSAGetLastError() == WSA_IO_PENDING ? "pending" : last());
    ULONG_PTR key = 0;
    OVERLAPPED* ended = nullptr;
    const bool came = ::GetQueuedCompletionStatus(port, &bytes, &key, &ended, window_ms) != 0;
    seen << (came && ended == operation.get() ? "ready" : "quiet");
    if (!came) {
        (void)operation.release();
        (void)into.release();
    }
    ::CloseHandle(port);
    return seen;
}

NativeVerdict closed_port() {
    const HANDLE port = ::CreateIoCompletionPort(INVALID_HANDLE_VALUE, nullptr, 0, 1);
    if (port == nullptr) fail("CreateIoCompletionPort");
    std::atomic<bool> inside = false;
    std::string_view answer;
    std::thread waiter([&] {
        DWORD bytes = 0;
        ULONG_PTR key = 0;
        OVERLAPPED* ended = nullptr;
        inside = true;
        const bool came = ::GetQueuedCompletionStatus(port, &bytes, &key, &ended, 500) != 0;
        const DWORD code = ::GetLastError();
        answer = came                             ? "ready"
                 : code == WAIT_TIMEOUT           ? "timed-out"
                 : code == ERROR_ABANDONED_WAIT_0 ? "aborted"
                                                  : word(code);
    });
    while (!inside) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::milliseconds(window_ms));
    ::CloseHandle(port);
    waiter.join();
    return Seen() << answer;
}

NativeVerdict closed_listener() {
    Socket listening = listener();
    const Socket accepted = tcp();
    LPFN_ACCEPTEX accept_ex = nullptr;
    GUID id = WSAID_ACCEPTEX;
    DWORD bytes = 0;
    if (::WSAIoctl(listening, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, &accept_ex, sizeof accept_ex, &bytes,
                   nullptr, nullptr) != 0) {
        fail("AcceptEx");
    }
    struct Accept {
        Event event;
        OVERLAPPED operation{};
        std::array<char, 2 * (sizeof(sockaddr_storage) + 16)> names{};
    };
    auto pending = std::make_unique<Accept>();
    pending->operation.hEvent = pending->event.get();
    constexpr DWORD room = sizeof(sockaddr_storage) + 16;
    if (!accept_ex(listening, accepted, pending->names.data(), 0, room, room, &bytes, &pending->operation) &&
        ::WSAGetLastError() != ERROR_IO_PENDING) {
        fail("AcceptEx");
    }
    const SOCKET number = listening;
    listening.close();
    if (!pending->event.wait(limit_ms)) {
        (void)pending.release();
        return Seen() << "pending";
    }
    if (::GetOverlappedResult(win32::handle(number), &pending->operation, &bytes, FALSE)) return Seen() << "works";
    return Seen() << word(::GetLastError());
}

}  // namespace

void add_cancel_probes(Probes& all) {
    all.insert(
        all.end(),
        {{"close-wakes-blocked-call", close_receive_and_accept},
         {"shutdown-wakes-blocked-call", shut_receive_and_accept},
         {"close-wakes-selector", close_under_poll},
         {"close-pending-async-op", [] { return closed_pending(false); }},
         {"close-pending-read-sends-reset", [] { return closed_pending(true); }},
         {"cancel-one-op", cancel_one},
         {"cancel-nothing-pending", cancel_nothing},
         {"listener-close-pending-accept", closed_listener},
         {"submitter-thread-exit", thread_exit},
         {"immediate-success-notification", immediate},
         {"port-closed-under-waiter", closed_port},
         {.id = "cancel-completion-race", .not_applicable = "who wins is chance; nothing is promised below Pier"},
         {.id = "close-pending-connect", .not_applicable = "no connect to loopback stays pending here"}});
}

}  // namespace pier::native
