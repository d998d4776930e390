#include "worker.hpp"

#include <pier/program.hpp>
#include <pier/sleep.hpp>

#include <deque>

namespace pier {
namespace {

// Long enough not to spin, short enough that a freed descriptor is used soon.
constexpr Duration accept_pause = std::chrono::milliseconds(20);

bool out_of_resources(const Error& error) {
    return error == Errc::too_many_files_open || error == Errc::no_buffer_space || error == Errc::not_enough_memory;
}

}  // namespace

Worker::Worker(const Service& service, const spi::EngineInfo& engine, Deal deal)
    : service_(service), engine_(engine), deal_(std::move(deal)) {
    post_.worker = this;
    post_.run = [](Post& post) noexcept {
        auto& request = static_cast<StopPost&>(post);
        request.on_its_way.store(false, std::memory_order_release);
        request.worker->stop();
    };
}

Result<void> Worker::create() {
    auto made = Loop::create(engine_);
    if (!made) {
        complain(service_.name, "starting engine " + std::string(engine_.name), made.error());
        return fail(made.error());
    }
    loop_ = std::move(*made);
    return {};
}

Result<void> Worker::run(const std::vector<Endpoint>& endpoints, ListenerOptions options, const Ready& ready) {
    return loop_->run(serve(endpoints, options, ready));
}

void Worker::request_stop() noexcept {
    if (!post_.on_its_way.exchange(true, std::memory_order_acq_rel)) loop_->post(post_);
}

void Worker::stop() noexcept {
    if (!stop_.is_set()) {
        stop_.set();
    } else if (connections_ != nullptr) {
        connections_->cancel();
    }
}

void Worker::adopt(spi::Accepted&& accepted) {
    loop_->post([this, connection = std::move(accepted)]() mutable {
        if (connections_ == nullptr || stop_.is_set()) return;  // it is closed
        auto stream = Stream::adopt(std::move(connection));
        if (stream) connections_->spawn(service_.handler(std::move(*stream)));
    });
}

Task<Result<void>> Worker::serve(const std::vector<Endpoint>& endpoints, ListenerOptions options, const Ready& ready) {
    std::deque<Listener> listeners;
    std::vector<Endpoint> opened;
    for (const Endpoint& endpoint : endpoints) {
        auto listener = Listener::open(endpoint, options);
        if (!listener) {
            complain(service_.name, "listening on " + endpoint.to_string(), listener.error());
            co_return fail(listener.error());
        }
        opened.push_back(listener->local());
        listeners.push_back(std::move(*listener));
    }
    TaskScope accepting;
    TaskScope connections;
    connections_ = &connections;
    for (Listener& listener : listeners) accepting.spawn(deal_ ? accept_and_deal(listener) : accept(listener));
    ready(opened);

    (void)co_await stop_.wait();
    accepting.cancel();
    // The listeners go first: who connects now is told at once that nobody serves.
    (void)co_await accepting.join();
    listeners.clear();
    auto ended = co_await connections.join(after(service_.grace));
    if (!ended) {
        connections.cancel();
        (void)co_await connections.join();
    }
    connections_ = nullptr;
    co_return outcome_;
}

Task<void> Worker::accept(Listener& listener) {
    for (;;) {
        auto stream = co_await listener.accept();
        if (!stream) {
            const bool recovered = co_await recover(stream.error(), listener);
            if (!recovered) co_return;
            continue;
        }
        complained_ = false;
        if (engine_.model != spi::Model::iterative) {
            connections_->spawn(service_.handler(std::move(*stream)));
            continue;
        }
        Event ended;
        connections_->spawn(serve_one(std::move(*stream), ended));
        const auto waited = co_await ended.wait();
        if (!waited) {
            // Stopping. The connection has its grace, and signals into this frame when it ends.
            Shield shield;
            (void)co_await ended.wait(after(service_.grace));
            if (!ended.is_set()) connections_->cancel();
            (void)co_await ended.wait();
            co_return;
        }
    }
}

Task<void> Worker::accept_and_deal(Listener& listener) {
    for (;;) {
        auto accepted = co_await listener.accept_unattached();
        if (!accepted) {
            const bool recovered = co_await recover(accepted.error(), listener);
            if (!recovered) co_return;
            continue;
        }
        complained_ = false;
        deal_(std::move(*accepted));
    }
}

Task<bool> Worker::recover(Error error, Listener& listener) {
    if (error == Errc::operation_canceled) co_return false;
    if (out_of_resources(error)) {
        if (!complained_) complain(service_.name, "accepting (clients wait until a connection ends)", error);
        complained_ = true;
        const auto slept = co_await sleep(after(accept_pause));
        co_return slept.has_value();
    }
    complain(service_.name, "accepting on " + listener.local().to_string(), error);
    outcome_ = fail(error);
    stop_.set();
    co_return false;
}

Task<void> Worker::serve_one(Stream stream, Event& ended) {
    (void)co_await service_.handler(std::move(stream));
    ended.set();
}

}  // namespace pier
