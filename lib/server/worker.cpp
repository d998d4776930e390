#include "worker.hpp"

#include "model.hpp"

#include <pier/cli/program.hpp>
#include <pier/sleep.hpp>

#include <deque>
#include <exception>

namespace pier {
namespace {

// Long enough not to spin, short enough that a freed descriptor is used soon.
constexpr Duration accept_pause = std::chrono::milliseconds(20);

bool out_of_resources(const Error& error) {
    return error == Errc::too_many_files_open || error == Errc::no_buffer_space || error == Errc::not_enough_memory;
}

// A firewall's or a sandbox's word, about one connection or about all of them; or more dead ones in a row than any
// queue holds. The listener is as good as before, and the next try may be.
bool passing(const Error& error) { return error == Errc::permission_denied || error == Errc::connection_aborted; }

}  // namespace

Worker::Worker(const Service& service, const EngineInfo& engine, ExceptionLog& exceptions, Deal deal)
    : service_(service), engine_(engine), exceptions_(exceptions), deal_(std::move(deal)) {
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
        complain(service_.name, "starting engine " + std::string(engine_.name), made.error());
        return fail(made.error());
    }
    loop_ = std::move(*made);
    return {};
}

Result<void> Worker::run(const std::vector<Endpoint>& endpoints, ListenerOptions options, const Ready& ready) {
    return loop_->run(serve(endpoints, options, ready));
}

void Worker::request(Request wanted) noexcept {
    Request known = post_.wanted.load();
    do {
        if (known >= wanted) return;
    } while (!post_.wanted.compare_exchange_weak(known, wanted));
    if (!post_.on_its_way.exchange(true)) loop_->post(post_);
}

void Worker::obey(Request wanted) noexcept {
    if (wanted >= Request::stop) stop_.set();
    if (wanted < Request::end_grace) return;
    grace_over_ = true;
    if (connections_ != nullptr) connections_->cancel();
}

// The call of the handler may throw; what its task throws comes by the scope.
void Worker::begin(Stream stream) noexcept {
    try {
        connections_->spawn(service_.handler(std::move(stream)));
    } catch (...) {
        exceptions_.note(std::current_exception());
    }
}

void Worker::adopt(Accepted&& accepted) {
    loop_->post([this, connection = std::move(accepted)]() mutable {
        if (connections_ == nullptr || stop_.is_set()) return;  // it is closed
        auto stream = Stream::adopt(std::move(connection));
        if (stream) begin(std::move(*stream));
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
    connections.on_exception(
        [](void* log, const std::exception_ptr& exception) noexcept {
            static_cast<ExceptionLog*>(log)->note(exception);
        },
        &exceptions_);
    connections_ = &connections;
    if (grace_over_) connections.cancel();
    std::exception_ptr failure;
    try {
        for (Listener& listener : listeners) accepting.spawn(deal_ ? accept_and_deal(listener) : accept(listener));
        ready(opened);
    } catch (...) {  // for want of memory: what has begun ends in order first
        failure = std::current_exception();
        stop_.set();
    }

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
    if (failure) std::rethrow_exception(failure);
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
        if (model_for(engine_) == Model::event) {
            begin(std::move(*stream));
            continue;
        }
        Event ended;
        try {
            connections_->spawn(serve_one(std::move(*stream), ended));
        } catch (...) {
            exceptions_.note(std::current_exception());
            continue;
        }
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
        try {
            deal_(std::move(*accepted));
        } catch (...) {
            exceptions_.note(std::current_exception());
        }
    }
}

Task<bool> Worker::recover(Error error, Listener& listener) {
    if (error == Errc::operation_canceled) co_return false;
    const bool short_of = out_of_resources(error);
    if (short_of || passing(error)) {
        const char* what = short_of ? "accepting (clients wait until a connection ends)" : "accepting (it is tried on)";
        if (!complained_) complain(service_.name, what, error);
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
    struct Guard {
        Event& event;
        ~Guard() { event.set(); }
    } guard{ended};  // also when the handler throws: the acceptor waits
    (void)co_await service_.handler(std::move(stream));
}

}  // namespace pier
