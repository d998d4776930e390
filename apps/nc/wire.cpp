#include "wire.hpp"

#include <algorithm>

namespace nc {

using Got = pier::Result<std::optional<std::size_t>>;

pier::Task<Got> StreamWire::receive(std::span<std::byte> into) {
    auto got = co_await stream_.receive(into);
    if (!got) co_return std::unexpected(got.error());
    if (*got == 0) co_return std::nullopt;
    co_return *got;
}

pier::Task<pier::Result<std::size_t>> StreamWire::send(std::span<const std::byte> data) {
    co_return co_await stream_.send(data);
}

pier::Task<Got> DatagramWire::receive(std::span<std::byte> into) {
    auto got = co_await socket_.receive(into);
    if (!got) co_return std::unexpected(got.error());
    co_return got->size;
}

pier::Task<pier::Result<std::size_t>> DatagramWire::send(std::span<const std::byte> data) {
    auto sent = co_await socket_.send(data);
    if (!sent) co_return std::unexpected(sent.error());
    co_return data.size();
}

pier::Task<Got> CallerWire::receive(std::span<std::byte> into) {
    if (const auto first = std::exchange(first_, std::nullopt)) {
        std::ranges::copy(*first, into.begin());
        co_return first->size();
    }
    for (;;) {
        auto got = co_await socket_.receive(into);
        if (!got) co_return std::unexpected(got.error());
        if (everybody_ || got->from == caller_) co_return got->size;
    }
}

pier::Task<pier::Result<std::size_t>> CallerWire::send(std::span<const std::byte> data) {
    // An empty name is no address to answer to: the caller's Unix-domain socket has none.
    if (everybody_ || !caller_.is_complete()) co_return pier::fail(pier::Errc::not_connected);
    auto sent = co_await socket_.send_to(data, caller_);
    if (!sent) co_return std::unexpected(sent.error());
    co_return data.size();
}

std::string CallerWire::name_of(const pier::Endpoint& caller) {
    return caller.is_complete() ? caller.to_string() : "a socket without a name";
}

}  // namespace nc
