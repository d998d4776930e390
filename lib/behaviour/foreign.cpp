#include <pier/behaviour/foreign.hpp>
#include <pier/behaviour/steps.hpp>
#include <pier/sys/attempt.hpp>
#include <pier/sys/socket.hpp>

#include <utility>

namespace pier::behaviour {

namespace sys = pier::sys;
namespace spi = pier::spi;

pier::Result<void> Foreign::open() {
    auto opened = sys::open(pier::Family::ipv4, spi::SocketKind::stream);
    if (!opened) return pier::fail(opened.error());
    descriptor_.socket = *opened;
    return {};
}

void Foreign::close() noexcept { sys::close(std::exchange(descriptor_.socket, spi::no_socket)); }

std::optional<pier::Error> Foreign::connect(const pier::Endpoint& to) {
    spi::AddressedOperation op(spi::Verb::connect, &descriptor_);
    op.endpoint = to;
    if (sys::connect_start(op) == sys::Attempt::would_block) return std::nullopt;
    return op.error;
}

std::optional<pier::Error> Foreign::connected() {
    spi::AddressedOperation op(spi::Verb::connect, &descriptor_);
    if (sys::connect_result(op) == sys::Attempt::would_block) return std::nullopt;
    return op.error;
}

std::optional<std::size_t> Foreign::receive(std::span<std::byte> into) {
    spi::Operation op(spi::Verb::receive, &descriptor_);
    op.buffer = into.data();
    op.length = static_cast<std::uint32_t>(into.size());
    if (sys::attempt(op) == sys::Attempt::would_block || op.error.condition != pier::Errc::ok) return std::nullopt;
    return op.transferred;
}

pier::Task<pier::Result<void>> connect_foreign(ForeignPair& pair) {
    auto listener = pier::Listener::open(pier::Endpoint::loopback(pier::Family::ipv4));
    if (!listener) co_return pier::fail(listener.error());
    if (auto opened = pair.here.open(); !opened) co_return opened;
    auto watch = pier::Watch::open(pair.here.socket());
    if (!watch) co_return pier::fail(watch.error());
    pair.watch = std::move(*watch);
    std::optional<pier::Error> result = pair.here.connect(listener->local());
    while (!result) {
        auto ready = co_await pair.watch.writable(limit);
        if (!ready) co_return pier::fail(ready.error());
        result = pair.here.connected();
    }
    if (result->condition != pier::Errc::ok) co_return pier::fail(*result);
    auto accepted = co_await listener->accept(limit);
    if (!accepted) co_return pier::fail(accepted.error());
    pair.there = std::move(*accepted);
    co_return pier::Result<void>();
}

}  // namespace pier::behaviour
