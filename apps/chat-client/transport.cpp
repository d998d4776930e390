#include "transport.hpp"

#include <array>
#include <utility>

namespace chat_client {

pier::Task<pier::Result<void>> Transport::open(const pier::Endpoint& server, bool tcp, pier::Deadline deadline) {
    tcp_ = tcp;
    if (!tcp) {
        auto socket = pier::Datagram::connect(server.reached());
        if (!socket) co_return std::unexpected(socket.error());
        datagrams_ = std::move(*socket);
        co_return {};
    }
    auto stream = co_await pier::Stream::connect(server, deadline);
    if (!stream) co_return std::unexpected(stream.error());
    stream_ = std::move(*stream);
    co_return {};
}

pier::Task<pier::Result<void>> Transport::send(std::span<const std::byte> packet) {
    if (!tcp_) {
        auto sent = co_await datagrams_.send(packet);
        if (!sent) co_return std::unexpected(sent.error());
        co_return {};
    }
    const std::array<std::byte, 2> length{static_cast<std::byte>(packet.size() >> 8),
                                          static_cast<std::byte>(packet.size() & 0xff)};
    const std::array<pier::ConstBuffer, 2> pieces{pier::ConstBuffer(length), pier::ConstBuffer(packet)};
    co_return co_await stream_.send_all(pieces);
}

pier::Task<pier::Result<std::optional<std::size_t>>> Transport::receive(std::span<std::byte> into) {
    if (!tcp_) {
        auto got = co_await datagrams_.receive(into);
        if (!got) co_return std::unexpected(got.error());
        co_return got->size;
    }
    std::array<std::byte, 2> length;
    auto begun = co_await stream_.receive_exactly(length);
    if (!begun && begun.error().condition == pier::Errc::end_of_stream) co_return std::nullopt;
    if (!begun) co_return pier::fail(pier::Error(begun.error()));
    const auto size = std::to_integer<std::size_t>(length[0]) << 8 | std::to_integer<std::size_t>(length[1]);
    if (size > into.size()) co_return pier::fail(pier::Errc::message_size);
    auto whole = co_await stream_.receive_exactly(into.first(size));
    if (!whole) co_return pier::fail(pier::Error(whole.error()));
    co_return size;
}

void Transport::finish() noexcept {
    if (tcp_) (void)stream_.finish();  // at the end, when nothing depends on it
}

}  // namespace chat_client
