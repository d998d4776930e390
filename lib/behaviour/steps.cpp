#include <pier/behaviour/steps.hpp>
#include <pier/sys/socket.hpp>

#include <algorithm>
#include <array>
#include <vector>

namespace compare {

std::function<Verdict(const pier::spi::EngineInfo&)> on_one_loop(pier::Task<Verdict> (*steps)()) {
    return [steps](const pier::spi::EngineInfo& engine) {
        auto loop = pier::Loop::create(engine);
        if (!loop) return failed("making a loop", loop.error());
        return (*loop)->run(steps());
    };
}

pier::Task<pier::Result<Pair>> connect_pair() {
    auto listener = pier::Listener::open(pier::Endpoint::loopback(pier::Family::ipv4));
    if (!listener) co_return pier::fail(listener.error());
    Pair pair;
    auto connected = co_await pier::Stream::connect(listener->local(), limit);
    if (!connected) co_return pier::fail(connected.error());
    pair.here = std::move(*connected);
    auto accepted = co_await listener->accept(limit);
    if (!accepted) co_return pier::fail(accepted.error());
    pair.there = std::move(*accepted);
    co_return pair;
}

pier::Result<pier::Endpoint> take_silent_port(pier::spi::Accepted& owner) {
    constexpr auto kind = pier::spi::SocketKind::listener;
    auto socket = pier::sys::open(pier::Family::ipv4, kind);
    if (!socket) return pier::fail(socket.error());
    owner = pier::spi::Accepted(*socket);
    auto bound = pier::sys::bind(*socket, pier::Endpoint::loopback(pier::Family::ipv4), kind, {});
    if (!bound) return pier::fail(bound.error());
    return pier::sys::local_endpoint(*socket);
}

WhileWaiting::WhileWaiting(std::function<void()> action)
    : action_(std::make_shared<std::function<void()>>(std::move(action))) {
    pier::this_loop().post([weak = std::weak_ptr(action_)] {
        if (auto alive = weak.lock()) (*alive)();
    });
}

pier::Task<void> receive_some(pier::Stream& stream, PendingReceive& pending) {
    std::array<std::byte, 64> buffer;
    pending.begins.set();
    pending.result = co_await stream.receive(std::span<std::byte>(buffer), limit);
}

pier::Task<bool> join(pier::TaskScope& scope) {
    auto joined = co_await scope.join(limit);
    if (joined) co_return true;
    scope.cancel();
    (void)co_await scope.join();
    co_return false;
}

pier::Task<bool> passes(pier::Stream& from, pier::Stream& to, std::string_view text) {
    auto sent = co_await from.send_all(bytes(text), limit);
    if (!sent) co_return false;
    std::vector<std::byte> arrived(text.size());
    auto received = co_await to.receive_exactly(arrived, limit);
    co_return received.has_value() && std::ranges::equal(arrived, bytes(text));
}

pier::Task<bool> reset_has_arrived() {
    auto other = co_await connect_pair();
    if (!other) co_return false;
    co_return co_await passes(other->here, other->there, "fence");
}

std::span<const std::byte> bytes(std::string_view text) noexcept { return std::as_bytes(std::span(text)); }

}  // namespace compare
