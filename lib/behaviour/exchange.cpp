#include <pier/behaviour/exchange.hpp>
#include <pier/behaviour/steps.hpp>

#include <algorithm>
#include <cstdint>

namespace pier::behaviour {
namespace {

// So much fits into the buffers between the two sides, so that sending it whole before its echo is read can't block
// both.
constexpr std::size_t piece = 16 * 1024;

pier::Task<void> send(pier::Stream& stream, std::span<const std::byte> all, pier::Error& failure) {
    auto sent = co_await stream.send_all(all, limit);
    if (!sent) failure = sent.error();
}

using Here = std::function<pier::Task<Verdict>(pier::Stream)>;

pier::Task<Verdict> connect_and(pier::Endpoint server, const Here& here) {
    auto stream = co_await pier::Stream::connect(server, limit);
    if (!stream) co_return failed("connecting", stream.error());
    co_return co_await here(std::move(*stream));
}

pier::Task<void> serve_one(pier::Listener& listener, Peer::Handler there) {
    auto client = co_await listener.accept(limit);
    if (client) co_await there(std::move(*client));
}

Verdict no_listener(pier::Family family, const pier::Error& error) {
    const bool absent = error == pier::Errc::address_not_available || error == pier::Errc::address_family_not_supported;
    if (family == pier::Family::ipv6 && absent) return Verdict{Outcome::no_ipv6, pier::describe(error)};
    return failed("listening", error);
}

// The peer is a task beside that of `here`.
pier::Task<Verdict> both_on_this_loop(Peer::Handler there, const Here& here, pier::Family family) {
    auto listener = pier::Listener::open(pier::Endpoint::loopback(family));
    if (!listener) co_return no_listener(family, listener.error());
    pier::TaskScope serving;
    serving.spawn(serve_one(*listener, there));
    Verdict verdict = co_await connect_and(listener->local(), here);
    serving.cancel();
    (void)co_await serving.join();
    co_return verdict;
}

}  // namespace

std::vector<std::byte> pattern(std::size_t size, unsigned salt) {
    std::vector<std::byte> bytes(size);
    std::uint32_t state = salt * 2654435761U + 1;
    for (std::byte& byte : bytes) {
        state = state * 1664525U + 1013904223U;
        byte = static_cast<std::byte>(state >> 24);
    }
    return bytes;
}

pier::Task<Verdict> exchange(pier::Stream stream, std::size_t size) {
    const std::vector<std::byte> sent = pattern(size);
    std::vector<std::byte> echo(size);
    pier::Error failure;
    if (pier::this_loop().traits().one_at_a_time) {
        for (std::size_t at = 0; at < size && failure.condition == pier::Errc::ok; at += piece) {
            const std::size_t part = std::min(piece, size - at);
            co_await send(stream, std::span(sent).subspan(at, part), failure);
            if (failure.condition != pier::Errc::ok) break;
            auto received = co_await stream.receive_exactly(std::span(echo).subspan(at, part), limit);
            if (!received) failure = received.error();
        }
    } else {
        pier::TaskScope sending;
        sending.spawn(send(stream, sent, failure));
        auto received = co_await stream.receive_exactly(echo, limit);
        if (!received) sending.cancel();
        (void)co_await join(sending);
        if (!received) failure = received.error();
    }
    if (failure.condition != pier::Errc::ok) co_return observed(failure);
    if (echo != sent) co_return Verdict{Outcome::corrupt};
    auto finished = stream.finish();
    if (!finished) co_return failed("finishing", finished.error());
    auto rest = co_await stream.receive(limit);
    if (!rest) co_return failed("waiting for the end", rest.error());
    co_return Verdict{rest->empty() ? Outcome::works : Outcome::too_much};
}

std::function<Verdict(const pier::EngineInfo&)> with_peer(Peer::Handler there,
                                                          std::function<pier::Task<Verdict>(pier::Stream)> here,
                                                          pier::Family family) {
    return [there, here = std::move(here), family](const pier::EngineInfo& engine) {
        auto loop = pier::Loop::create(engine);
        if (!loop) return failed("making a loop", loop.error());
        // On an engine that blocks neither side would have its turn while the other waits.
        arrangement.ends_asked = !(*loop)->traits().one_at_a_time;
        if (arrangement.ends == Ends::other) return (*loop)->run(both_on_this_loop(there, here, family));
        Peer peer(engine, family, there);
        if (!peer.endpoint()) return no_listener(family, peer.endpoint().error());
        return (*loop)->run(connect_and(*peer.endpoint(), here));
    };
}

}  // namespace pier::behaviour
