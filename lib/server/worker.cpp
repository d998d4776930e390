#include "worker.hpp"

#include "accept_trouble.hpp"
#include "connection_limit.hpp"

#include <pier/cli/program.hpp>
#include <pier/sys/socket.hpp>

#include <utility>

namespace pier {
namespace {

// Numbers that the system chose for a listener and that are taken for UDP. A machine has thousands of ports, of which
// few are in use; where so many in a row are, there is more to it than chance.
constexpr std::size_t most_taken_pairs = 32;

}  // namespace

Worker::Worker(const Program& program, const EngineInfo& engine, Deal deal)
    : program_(program), engine_(engine), deal_(std::move(deal)) {
    post_.worker = this;
    post_.run = [](Post& post) noexcept {
        auto& request = static_cast<RequestPost&>(post);
        // In this order: who asks for more from now on posts it again.
        request.on_its_way.store(false);
        request.worker->obey(request.wanted.load());
    };
}

Result<void> Worker::make_loop() {
    auto made = Loop::create(engine_);
    if (!made) return fail(made.error());
    loop_ = std::move(*made);
    return {};
}

Result<void> Worker::create() {
    auto made = make_loop();
    if (!made) complain(program_.service.name, "starting engine " + std::string(engine_.name), made.error());
    return made;
}

Result<void> Worker::run(const std::vector<Listening>& wanted, ListenerOptions options, const Ready& ready,
                         std::vector<Accepted> sockets) {
    return loop_->run(serve(wanted, options, ready, sockets));
}

void Worker::serve_one(Accepted&& connection) noexcept {
    try {
        last_ = [this](Stream stream) { return serve_last(std::move(stream), handlers_[0]); };
        // It arrives when the server runs.
        adopt(std::move(connection), 0);
        (void)run({}, {}, [](const std::vector<Listening>&) {});
    } catch (...) {
        program_.exceptions.note(std::current_exception());
    }
}

// In the place of the handler: when the connection's task ends, whichever way, there is nothing left to serve.
Task<Result<void>> Worker::serve_last(Stream stream, const Handler& handler) {
    struct Stop {
        Server* server;
        ~Stop() {
            if (!server->stopping()) server->stop();
        }
    } stop{server_};
    auto result = co_await handler(std::move(stream));
    co_return result;
}

void Worker::request(Request wanted) noexcept {
    Request known = post_.wanted.load();
    do {
        if (known >= wanted) return;
    } while (!post_.wanted.compare_exchange_weak(known, wanted));
    if (!post_.on_its_way.exchange(true)) loop_->post(post_);
}

void Worker::obey(Request wanted) noexcept {
    for (; obeyed_ < wanted; obeyed_ = static_cast<Request>(static_cast<std::uint8_t>(obeyed_) + 1)) {
        if (server_ != nullptr) server_->stop();
    }
}

void Worker::adopt(Accepted&& accepted, std::size_t port) {
    loop_->post([this, port, connection = std::move(accepted)]() mutable {
        auto stream = Stream::adopt(std::move(connection));
        if (stream && server_ != nullptr) return server_->serve(std::move(*stream), last_ ? last_ : handlers_[port]);
        if (program_.limit) program_.limit->leave();
        if (last_ && server_ != nullptr) server_->stop();
    });
}

ServerOptions Worker::server_options() const {
    const Service& service = program_.service;
    return {.grace = service.grace,
            .limit = program_.limit,
            .on_failure = service.on_failure,
            .on_exception = [log = &program_.exceptions](const std::exception_ptr& thrown) { log->note(thrown); },
            .on_trouble = [name = service.name](const Endpoint& listener, const Error& error,
                                                bool) { say_trouble(name, listener, error); }};
}

void Worker::make_handlers() {
    const Service& service = program_.service;
    handlers_.push_back(service.per_loop ? service.per_loop() : service.handler);
    for (const ServicePort& more : service.more) handlers_.push_back(more.per_loop ? more.per_loop() : more.handler);
}

Result<Endpoint> Worker::open(Server& server, const Listening& wanted, ListenerOptions options, Accepted&& socket) {
    const Service& service = program_.service;
    if (wanted.datagrams) {
        return server.listen_datagrams(wanted.endpoint,
                                       wanted.port == 0 ? service.datagrams : service.more[wanted.port - 1].datagrams);
    }
    if (!deal_) {
        const Handler& handler = handlers_[wanted.port];
        return socket.valid() ? server.listen(std::move(socket), handler, options)
                              : server.listen(wanted.endpoint, handler, options);
    }
    auto deal = [this, port = wanted.port](spi::Accepted&& accepted) { deal_(std::move(accepted), port); };
    return socket.valid() ? server.listen_and_deal(std::move(socket), deal, options)
                          : server.listen_and_deal(wanted.endpoint, deal, options);
}

Result<Endpoint> Worker::open_pair(Server& server, const Listening& wanted, ListenerOptions options) {
    std::vector<Accepted> taken;  // they stay open, so that the system does not choose them again
    for (;;) {
        auto listening = Listener::open_unattached(wanted.endpoint, options);
        if (!listening) return fail(listening.error());
        auto name = sys::local_endpoint(listening->socket());
        if (!name) return fail(name.error());
        auto datagrams = server.listen_datagrams(*name, program_.service.datagrams);
        if (datagrams) {
            if (others_ != nullptr) {
                others_->push_back(std::move(*listening));
                return *name;
            }
            return server.listen(std::move(*listening), handlers_[0], options);
        }
        if (datagrams.error() != Errc::address_in_use || taken.size() == most_taken_pairs) {
            return fail(datagrams.error());
        }
        taken.push_back(std::move(*listening));
    }
}

Task<Result<void>> Worker::serve(const std::vector<Listening>& wanted, ListenerOptions options, const Ready& ready,
                                 std::vector<Accepted>& sockets) {
    if (!deal_ && handlers_.empty()) make_handlers();
    Server server(server_options());
    std::vector<Listening> opened;
    sockets.resize(wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        Listening one = wanted[i];
        auto endpoint =
            one.with_listener ? open_pair(server, one, options) : open(server, one, options, std::move(sockets[i]));
        if (!endpoint) {
            complain(program_.service.name, "listening on " + one.endpoint.to_string(), endpoint.error());
            co_return fail(endpoint.error());
        }
        one.endpoint = *endpoint;
        if (one.with_listener) opened.push_back({.endpoint = *endpoint, .port = one.port});
        opened.push_back(std::move(one));
    }
    // From now on requests reach it; what came before it is made up for.
    server_ = &server;
    struct Forget {
        Server*& server;
        ~Forget() { server = nullptr; }
    } forget{server_};
    const Request asked = std::exchange(obeyed_, Request::none);
    obey(asked);
    ready(opened);
    auto served = co_await server.run();
    co_return served;
}

}  // namespace pier
