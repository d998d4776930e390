#include "transport.hpp"

#include <array>
#include <utility>

namespace chat_client {

pier::Task<std::expected<void, pier::ConnectFailure>> Transport::connect(std::vector<pier::Endpoint> server,
                                                                         pier::Deadline deadline) {
    auto stream = co_await pier::connect_to_first(std::move(server), deadline);
    if (!stream) co_return std::unexpected(std::move(stream.error()));
    stream_ = std::move(*stream);
    tcp_ = true;
    co_return std::expected<void, pier::ConnectFailure>();
}

pier::Result<void> Transport::open(std::vector<pier::Endpoint> server) {
    auto socket = pier::Datagram::connect(server.front().reached());
    if (!socket) return std::unexpected(socket.error());
    datagrams_ = std::move(*socket);
    server_ = std::move(server);
    return {};
}

void Transport::turn_to_next() {
    if (server_.size() < 2) return;
    current_ = (current_ + 1) % server_.size();
    auto socket = pier::Datagram::connect(server_[current_].reached());
    if (socket) datagrams_ = std::move(*socket);
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
