#include "engine/overlapped/accept_queue.hpp"

#include "process/error.hpp"
#include "socket/sockets.hpp"

#include <pier/sys/socket.hpp>

#include <utility>

namespace pier::win32 {
namespace {

// Without the update the socket has no names and can't be shut down (the documentation of AcceptEx). It fails when the
// connection is dead.
bool update_context(SOCKET socket, SOCKET listener) noexcept {
    return ::setsockopt(socket, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, reinterpret_cast<const char*>(&listener),
                        sizeof listener) == 0;
}

Endpoint peer_in(AcceptRecord& record, const ProviderFunctions& provider) noexcept {
    sockaddr* local = nullptr;
    sockaddr* peer = nullptr;
    int local_length = 0;
    int peer_length = 0;
    provider.addresses(record.names, 0, AcceptRecord::room, AcceptRecord::room, &local, &local_length, &peer,
                       &peer_length);
    return from_native(peer, peer_length);
}

}  // namespace

AcceptQueue::AcceptQueue(SOCKET listener, Family family, std::size_t most) noexcept
    : listener_(listener), family_(family), most_(most) {
    spi::require(most > 0 && most <= spi::limits::most_accept_calls, "a listener's calls have no place");
    for (std::size_t i = spi::limits::most_accept_calls; i-- > 0;) {
        records_[i].accepts = this;
        records_[i].next_free = std::exchange(free_, &records_[i]);
    }
}

AcceptQueue::~AcceptQueue() {
    spi::require(under_way_ == 0, "a listener's calls were forgotten while the system had them");
    for (AcceptRecord& record : records_) close_socket(record);
}

void AcceptQueue::drop(AcceptRecord& record) noexcept {
    close_socket(record);
    record.next_free = std::exchange(free_, &record);
}

// A connection that nobody accepted is reset, as the system does with those of its own queue. Options want the context
// first; where the listener has gone, or the connection is dead, the attempt costs nothing.
void AcceptQueue::refuse(AcceptRecord& record) noexcept {
    (void)update_context(record.socket, listener_);
    (void)sys::reset_on_close(neutral(record.socket));
    drop(record);
}

void AcceptQueue::close_socket(AcceptRecord& record) noexcept {
    if (record.socket != INVALID_SOCKET) ::closesocket(std::exchange(record.socket, INVALID_SOCKET));
}

AcceptQueue::Issued AcceptQueue::issue(AcceptRecord& record, const Means& means, bool silent_success) noexcept {
    // More dead connections in a row than a backlog holds are no accident of the queue any more.
    for (int i = 0; i < 1 << 16; ++i) {
        auto opened = open_socket(family_, spi::SocketKind::stream);
        if (!opened) {
            failure_ = opened.error();
            return Issued::failed;
        }
        record.socket = *opened;
        static_cast<OVERLAPPED&>(record) = {};
        record.hEvent = means.event;
        DWORD count = 0;
        if (means.extensions.of(family_).accept(listener_, record.socket, record.names, 0, AcceptRecord::room,
                                                AcceptRecord::room, &count, &record)) {
            return silent_success ? Issued::arrived : Issued::pending;
        }
        auto code = static_cast<DWORD>(::WSAGetLastError());
        if (code == WSA_IO_PENDING) return Issued::pending;
        close_socket(record);
        failure_ = translate(code, During::accept);
        if (!is_dead_connection(code)) break;
    }
    return Issued::failed;
}

void AcceptQueue::ended(AcceptRecord& record) noexcept {
    --under_way_;
    if (closed()) return refuse(record);
    // 0 is STATUS_SUCCESS. Anything else Winsock itself translates best.
    DWORD transferred = 0;
    DWORD flags = 0;
    if (record.Internal == 0 || ::WSAGetOverlappedResult(listener_, &record, &transferred, FALSE, &flags)) {
        return arrive(record);
    }
    auto code = static_cast<DWORD>(::WSAGetLastError());
    drop(record);
    if (!is_dead_connection(code)) failure_ = translate(code, During::accept);
}

bool AcceptQueue::take(spi::AcceptOperation& op, const Means& means) noexcept {
    while (count_ > 0) {
        AcceptRecord& record = *arrived_[first_];
        first_ = (first_ + 1) % spi::limits::most_accept_calls;
        --count_;
        spi::Accepted connection(neutral(std::exchange(record.socket, INVALID_SOCKET)));
        record.next_free = std::exchange(free_, &record);
        SOCKET socket = native(connection.socket());
        if (!update_context(socket, listener_)) continue;
        connection.set_peer(peer_in(record, means.extensions.of(family_)));
        send_without_delay(socket);
        op.accepted = std::move(connection);
        op.finish();
        return true;
    }
    Error failure = std::exchange(failure_, Error{});
    // As long as some call is under way, that another failed is no news: it is made again.
    if (under_way_ > 0 || failure.condition == Errc::ok) return false;
    op.finish(failure);
    return true;
}

void AcceptQueue::close() noexcept {
    for (; count_ > 0; --count_, first_ = (first_ + 1) % spi::limits::most_accept_calls) refuse(*arrived_[first_]);
    // Closing cancels them, too; but only for the last handle of the listener.
    if (under_way_ > 0) (void)::CancelIoEx(handle(listener_), nullptr);
    listener_ = INVALID_SOCKET;
}

}  // namespace pier::win32
