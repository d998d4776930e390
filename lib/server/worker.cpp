#include "worker.hpp"

#include "connection_limit.hpp"

#include <pier/cli/program.hpp>

#include <utility>

namespace pier {

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

Result<void> Worker::create() {
    auto made = Loop::create(engine_);
    if (!made) {
        complain(program_.service.name, "starting engine " + std::string(engine_.name), made.error());
        return fail(made.error());
    }
    loop_ = std::move(*made);
    return {};
}

Result<void> Worker::run(const std::vector<Listening>& wanted, ListenerOptions options, const Ready& ready) {
    return loop_->run(serve(wanted, options, ready));
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
        if (stream && server_ != nullptr) {
            server_->serve(std::move(*stream), handlers_[port]);
        } else if (program_.limit) {
            program_.limit->leave();
        }
    });
}

ServerOptions Worker::server_options() const {
    const Service& service = program_.service;
    return {.grace = service.grace,
            .limit = program_.limit,
            .on_failure = service.on_failure,
            .on_exception = [log = &program_.exceptions](const std::exception_ptr& thrown) { log->note(thrown); },
            .on_trouble =
                [name = service.name](const Endpoint& listener, const Error& error, bool passes) {
                    const bool used_up =
                        passes && error != Errc::permission_denied && error != Errc::connection_aborted;
                    complain(name,
                             used_up  ? "accepting (clients wait until a connection ends)"
                             : passes ? "accepting (it is tried on)"
                                      : "accepting on " + listener.to_string(),
                             error);
                }};
}

void Worker::make_handlers() {
    const Service& service = program_.service;
    handlers_.push_back(service.per_loop ? service.per_loop() : service.handler);
    for (const ServicePort& more : service.more) handlers_.push_back(more.per_loop ? more.per_loop() : more.handler);
}

Result<Endpoint> Worker::open(Server& server, const Listening& wanted, ListenerOptions options) {
    const Service& service = program_.service;
    if (wanted.datagrams) {
        return server.listen_datagrams(wanted.endpoint,
                                       wanted.port == 0 ? service.datagrams : service.more[wanted.port - 1].datagrams);
    }
    if (!deal_) return server.listen(wanted.endpoint, handlers_[wanted.port], options);
    auto deal = [this, port = wanted.port](spi::Accepted&& accepted) { deal_(std::move(accepted), port); };
    return server.listen_and_deal(wanted.endpoint, deal, options);
}

Task<Result<void>> Worker::serve(const std::vector<Listening>& wanted, ListenerOptions options, const Ready& ready) {
    if (!deal_) make_handlers();
    Server server(server_options());
    std::vector<Listening> opened = wanted;
    for (Listening& one : opened) {
        auto endpoint = open(server, one, options);
        if (!endpoint) {
            complain(program_.service.name, "listening on " + one.endpoint.to_string(), endpoint.error());
            co_return fail(endpoint.error());
        }
        one.endpoint = *endpoint;
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
