#include "scenario.hpp"

#include <pier/listener.hpp>
#include <pier/scope.hpp>

#include <future>
#include <thread>

namespace alloc {
namespace {

using pier::Task;
using namespace std::chrono_literals;

pier::Listener listen() {
    return expect(pier::Listener::open(pier::Endpoint::loopback(pier::Family::ipv4)), "listening");
}

Task<void> serve(const pier::Listener& listener, const Server& server) {
    auto stream = expect(co_await listener.accept(pier::after(10s)), "accepting");
    co_await server(std::move(stream));
}

Task<void> visit(pier::Endpoint endpoint, const Client& client) {
    auto stream = expect(co_await pier::Stream::connect(endpoint, pier::after(10s)), "connecting");
    co_await client(stream);
    expect(stream.finish(), "finishing");
    // Until the other end has closed, too: what it frees belongs to this measure's end.
    auto rest = expect(co_await stream.receive(pier::after(10s)), "receiving the end");
    if (!rest.empty()) give_up("receiving the end", {pier::Errc::protocol_error, 0});
}

Task<void> on_one_loop(const Server& server, const Client& client) {
    pier::Listener listener = listen();
    pier::TaskScope scope;
    scope.spawn(serve(listener, server));
    scope.spawn(visit(listener.local(), client));
    expect(co_await scope.join(), "joining");
}

}  // namespace

std::unique_ptr<pier::Loop> make_loop(const pier::EngineInfo& engine) {
    return expect(pier::Loop::create(engine), "creating a loop");
}

void connected(const pier::EngineInfo& engine, const Server& server, const Client& client) {
    auto here = make_loop(engine);
    if (!here->traits().one_at_a_time) return here->run(on_one_loop(server, client));
    auto there = make_loop(engine);
    std::promise<pier::Endpoint> where;
    auto body = [&]() -> Task<void> {
        pier::Listener listener = listen();
        where.set_value(listener.local());
        co_await serve(listener, server);
    };
    std::thread thread([&] { there->run(body()); });
    here->run(visit(where.get_future().get(), client));
    thread.join();
}

}  // namespace alloc
