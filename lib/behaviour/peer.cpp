#include <pier/behaviour/peer.hpp>
#include <pier/behaviour/steps.hpp>
#include <pier/scope.hpp>

namespace pier::behaviour {

Peer::Peer(const pier::EngineInfo& engine, pier::Family family, Handler handler)
    : engine_(engine), family_(family), handler_(handler) {
    std::promise<pier::Result<pier::Endpoint>> ready;
    thread_ = std::thread([this, &ready] { run(ready); });
    endpoint_ = ready.get_future().get();
}

Peer::~Peer() {
    if (endpoint_) loop_->post([this] { stop_.set(); });
    unneeded_.set_value();
    thread_.join();
}

// Some engines are bound to the thread that made them, to their end.
void Peer::run(std::promise<pier::Result<pier::Endpoint>>& ready) {
    auto made = pier::Loop::create(engine_);
    if (!made) {
        ready.set_value(pier::fail(made.error()));
        return;
    }
    loop_ = std::move(*made);
    loop_->run(serve(family_, ready));
    unneeded_.get_future().wait();
    loop_.reset();
}

pier::Task<void> Peer::serve(pier::Family family, std::promise<pier::Result<pier::Endpoint>>& ready) {
    auto listener = pier::Listener::open(pier::Endpoint::loopback(family));
    if (!listener) {
        ready.set_value(pier::fail(listener.error()));
        co_return;
    }
    pier::TaskScope accepting;
    accepting.spawn(accept(*listener));
    ready.set_value(listener->local());
    (void)co_await stop_.wait();
    accepting.cancel();
    (void)co_await accepting.join();
}

pier::Task<void> Peer::accept(pier::Listener& listener) {
    pier::TaskScope connections;
    for (;;) {
        auto client = co_await listener.accept();
        if (!client) break;
        if (pier::this_loop().traits().one_at_a_time) {
            co_await handler_(std::move(*client));
        } else {
            connections.spawn(handler_(std::move(*client)));
        }
    }
    // The stop has cancelled this task, so the join cancels the connections.
    (void)co_await connections.join();
}

pier::Task<void> echo(pier::Stream client) {
    for (;;) {
        auto got = co_await client.receive(limit);
        if (!got) co_return;
        if (got->empty()) {
            (void)client.finish();
            co_return;
        }
        auto sent = co_await client.send_all(*got, limit);
        if (!sent) co_return;
    }
}

}  // namespace pier::behaviour
