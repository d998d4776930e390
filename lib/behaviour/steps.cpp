#include <pier/behaviour/steps.hpp>
#include <pier/sys/socket.hpp>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace pier::behaviour {

namespace {

// Of the steps that run on this thread.
thread_local const pier::EngineInfo* engine_of_steps = nullptr;

// Connecting and accepting on this loop.
pier::Task<pier::Result<std::pair<pier::Stream, pier::Stream>>> connect_and_accept() {
    auto listener = pier::Listener::open(pier::Endpoint::loopback(pier::Family::ipv4));
    if (!listener) co_return pier::fail(listener.error());
    auto connected = co_await pier::Stream::connect(listener->local(), limit);
    if (!connected) co_return pier::fail(connected.error());
    auto accepted = co_await listener->accept(limit);
    if (!accepted) co_return pier::fail(accepted.error());
    co_return std::pair(std::move(*connected), std::move(*accepted));
}

pier::Task<pier::Result<void>> accept_from_far_end(Pair& pair) {
    auto listener = pier::Listener::open(pier::Endpoint::loopback(pier::Family::ipv4));
    if (!listener) co_return pier::fail(listener.error());
    pair.there.begin_to_connect(listener->local());
    auto accepted = co_await listener->accept(limit);
    auto connected = co_await pair.there.connected();
    if (!accepted) co_return pier::fail(accepted.error());
    if (!connected) co_return connected;
    pair.here = std::move(*accepted);
    co_return pier::Result<void>();
}

pier::Task<pier::Result<void>> connect_to_far_end(Pair& pair) {
    auto endpoint = pair.there.listen();
    if (!endpoint) co_return pier::fail(endpoint.error());
    auto connected = co_await pier::Stream::connect(*endpoint, limit);
    if (!connected) co_return pier::fail(connected.error());
    auto accepted = co_await pair.there.accept();
    if (!accepted) co_return accepted;
    pair.here = std::move(*connected);
    co_return pier::Result<void>();
}

}  // namespace

std::function<Verdict(const pier::EngineInfo&)> on_one_loop(pier::Task<Verdict> (*steps)()) {
    return [steps](const pier::EngineInfo& engine) {
        auto loop = pier::Loop::create(engine);
        if (!loop) return failed("making a loop", loop.error());
        engine_of_steps = &engine;
        return (*loop)->run(steps());
    };
}

pier::Task<pier::Result<Pair>> connect_pair() {
    arrangement.ends_asked = true;
    arrangement.here_asked = true;
    const bool accepts = arrangement.here == Here::accepts;
    Pair pair;
    if (arrangement.ends == Ends::usual) {
        auto ends = co_await connect_and_accept();
        if (!ends) co_return pier::fail(ends.error());
        auto& [connected, accepted] = *ends;
        pair.here = std::move(accepts ? accepted : connected);
        pair.there = FarEnd(std::move(accepts ? connected : accepted));
        co_return pair;
    }
    if (auto moved = pair.there.move_to_thread(*engine_of_steps); !moved) co_return pier::fail(moved.error());
    pier::Result<void> made;
    if (accepts) {
        made = co_await accept_from_far_end(pair);
    } else {
        made = co_await connect_to_far_end(pair);
    }
    if (!made) co_return pier::fail(made.error());
    co_return pair;
}

pier::Result<pier::Endpoint> take_silent_port(pier::spi::Accepted& owner, pier::Family family) {
    constexpr auto kind = pier::spi::SocketKind::listener;
    auto socket = pier::sys::open(family, kind);
    if (!socket) return pier::fail(socket.error());
    owner = pier::spi::Accepted(*socket);
    auto bound = pier::sys::bind(*socket, pier::Endpoint::loopback(family), kind, {});
    if (!bound) return pier::fail(bound.error());
    return pier::sys::local_endpoint(*socket);
}

WhileWaiting::WhileWaiting(std::function<void()> action)
    : action_(std::make_shared<std::function<void()>>(std::move(action))) {
    pier::this_loop().post([weak = std::weak_ptr(action_)] {
        if (auto alive = weak.lock()) (*alive)();
    });
}

pier::Task<void> receive_some(pier::Stream& stream, PendingReceive& pending, Into into) {
    if (into == Into::chunk) {
        pending.begins.set();
        auto chunk = co_await stream.receive(limit);
        if (chunk) {
            pending.result = chunk->size();
        } else {
            pending.result = pier::fail(chunk.error());
        }
        co_return;
    }
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

pier::Task<bool> reset_has_arrived() {
    auto other = co_await connect_pair();
    if (!other) co_return false;
    co_return co_await passes(other->here, other->there, "fence");
}

std::span<const std::byte> bytes(std::string_view text) noexcept { return std::as_bytes(std::span(text)); }

}  // namespace pier::behaviour
