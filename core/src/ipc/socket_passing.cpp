#include <pier/ipc/socket_passing.hpp>

#include <pier/sys/socket.hpp>
#include <pier/sys/socket_passing.hpp>
#include <pier/sys/socket_transfer.hpp>
#include <pier/watch.hpp>

#include <algorithm>
#include <array>
#include <vector>

namespace pier {
namespace {

// What a message begins with, and on POSIX all of its bytes.
constexpr std::array<std::byte, 4> beginning = {std::byte{'P'}, std::byte{'i'}, std::byte{'e'}, std::byte{1}};

enum class Answer : std::uint8_t { taken = 1, refused = 2 };

// Where the system has no messages with sockets, bytes describe one.
bool describes() noexcept { return sys::socket_description_size() > 0; }

// The engine uv reads its own sockets itself, and waits for one of another owner: so for a duplicate.
Task<Result<void>> wait_apart(const Stream& channel, spi::Direction side, Deadline deadline) {
    auto duplicate = sys::duplicate(channel.native_handle());
    if (!duplicate) co_return fail(duplicate.error());
    const Accepted owned(*duplicate);
    auto watch = Watch::open(owned.socket());
    if (!watch) co_return fail(watch.error());
    if (side == spi::Direction::read) co_return co_await watch->readable(deadline);
    co_return co_await watch->writable(deadline);
}

Task<Result<void>> wait_for(const Stream& channel, spi::Direction side, Deadline deadline) {
    Result<void> ready;
    if (side == spi::Direction::read) {
        ready = co_await channel.readable(deadline);
    } else {
        ready = co_await channel.writable(deadline);
    }
    if (!ready && ready.error() == Errc::not_supported) ready = co_await wait_apart(channel, side, deadline);
    co_return ready;
}

Task<Result<void>> send_message(const Stream& channel, NativeSocket socket, Deadline deadline) {
    for (;;) {
        auto sent = sys::send_socket(channel.native_handle(), beginning, socket);
        if (sent || sent.error() != Errc::operation_would_block) co_return sent;
        auto room = co_await wait_for(channel, spi::Direction::write, deadline);
        if (!room) co_return room;
    }
}

Task<Result<void>> send_description(const Stream& channel, NativeSocket socket, std::uint64_t receiver,
                                    Deadline deadline) {
    if (receiver == 0) {
        auto peer = channel.peer_credentials();
        if (!peer) co_return fail(peer.error());
        receiver = peer->process;
    }
    auto description = sys::describe_socket(socket, receiver);
    if (!description) co_return fail(description.error());
    description->insert(description->begin(), beginning.begin(), beginning.end());
    auto sent = co_await channel.send_all(*description, deadline);
    co_return sent;
}

Task<Result<NativeSocket>> receive_message(const Stream& channel, Deadline deadline) {
    for (;;) {
        std::array<std::byte, beginning.size()> bytes{};
        auto received = sys::receive_socket(channel.native_handle(), bytes);
        if (received) {
            spi::Accepted owned(received->socket);
            if (received->bytes == 0) co_return fail(Errc::end_of_stream);
            if (!owned.valid() || received->bytes != bytes.size() || bytes != beginning)
                co_return fail(Errc::protocol_error);
            co_return owned.take_socket();
        }
        if (received.error() != Errc::operation_would_block) co_return fail(received.error());
        auto ready = co_await wait_for(channel, spi::Direction::read, deadline);
        if (!ready) co_return fail(ready.error());
    }
}

Task<Result<NativeSocket>> receive_description(const Stream& channel, Deadline deadline) {
    std::vector<std::byte> bytes(beginning.size() + sys::socket_description_size());
    auto received = co_await channel.receive_exactly(bytes, deadline);
    if (!received) co_return fail(static_cast<const Error&>(received.error()));
    if (!std::ranges::equal(std::span(bytes).first(beginning.size()), beginning)) co_return fail(Errc::protocol_error);
    co_return sys::make_socket(std::span(bytes).subspan(beginning.size()));
}

// What the sender is to hear of: the message has come, and is used up.
bool concerns_sender(const Error& error) noexcept {
    switch (error.condition) {
        case Errc::end_of_stream:
        case Errc::timed_out:
        case Errc::operation_canceled:
        case Errc::connection_reset:
        case Errc::protocol_error:
            return false;
        default:
            return true;
    }
}

// Whether the receiver may have the connection, or may get it yet.
bool is_unknown(const Error& error) noexcept {
    return error == Errc::timed_out || error == Errc::operation_canceled || error == Errc::protocol_error;
}

Task<Result<void>> send_and_hear(const Stream& channel, NativeSocket socket, std::uint64_t receiver,
                                 Deadline deadline) {
    Result<void> sent;
    if (describes()) {
        sent = co_await send_description(channel, socket, receiver, deadline);
    } else if (channel.peer().is_unix()) {
        sent = co_await send_message(channel, socket, deadline);
    } else {
        sent = fail(Errc::not_supported);
    }
    if (!sent) co_return sent;
    std::array<std::byte, 1> answer{};
    auto answered = co_await channel.receive_exactly(answer, deadline);
    if (!answered) co_return fail(static_cast<const Error&>(answered.error()));
    if (answer[0] == std::byte{static_cast<std::uint8_t>(Answer::refused)}) co_return fail(Errc::connection_refused);
    if (answer[0] != std::byte{static_cast<std::uint8_t>(Answer::taken)}) co_return fail(Errc::protocol_error);
    co_return {};
}

Result<Accepted> connected(Result<NativeSocket> socket) noexcept {
    if (!socket) return fail(socket.error());
    Accepted connection(*socket);
    auto peer = sys::peer_endpoint(*socket);
    if (!peer) return fail(peer.error());
    connection.set_peer(*peer);
    return connection;
}

}  // namespace

Task<Result<void>> send_connection(const Stream& channel, Accepted& connection, std::uint64_t receiver,
                                   Deadline deadline) {
    if (!channel.valid()) co_return fail(Errc::not_connected);
    if (!connection.valid()) co_return fail(Errc::invalid_argument);
    if (connection.handle() != nullptr) co_return fail(Errc::not_supported);
    auto passed = co_await send_and_hear(channel, connection.socket(), receiver, deadline);
    if (passed) {
        const Accepted closed(std::move(connection));
    } else if (is_unknown(passed.error())) {
        sys::end_described(connection.socket());
    }
    co_return passed;
}

Task<Result<Accepted>> receive_connection(const Stream& channel, Deadline deadline) {
    if (!channel.valid()) co_return fail(Errc::not_connected);
    Result<NativeSocket> socket = fail(Errc::not_supported);
    if (describes()) {
        socket = co_await receive_description(channel, deadline);
    } else if (channel.peer().is_unix()) {
        socket = co_await receive_message(channel, deadline);
    } else {
        co_return fail(Errc::not_supported);
    }
    auto connection = connected(std::move(socket));
    if (!connection && !concerns_sender(connection.error())) co_return connection;
    const std::array answer = {std::byte{static_cast<std::uint8_t>(connection ? Answer::taken : Answer::refused)}};
    // A sender that is gone by now has left the connection to this process alone.
    (void)co_await channel.send_all(answer, deadline);
    co_return connection;
}

}  // namespace pier
