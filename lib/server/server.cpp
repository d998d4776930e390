#include <pier/server/server.hpp>

#include "accept_trouble.hpp"
#include "connection_limit.hpp"

#include <pier/detail/assert.hpp>
#include <pier/loop.hpp>
#include <pier/scope.hpp>
#include <pier/sleep.hpp>

#include <utility>

namespace pier {

struct Server::Port {
    Listener listener;
    Handler handler;
    Deal deal;
    Datagram datagrams;
    DatagramHandler datagram_handler;
    Time trouble{};  // when it could not accept, as is_news() wants it
};

// Where acceptors of one loop wait for a place.
class Server::Door {
public:
    explicit Door(std::shared_ptr<ConnectionLimit> limit)
        : limit_(std::move(limit)), room_(this_loop(), [this](std::size_t) noexcept { free_.set(); }) {
        limit_->add(room_);
    }
    Door(const Door&) = delete;
    Door& operator=(const Door&) = delete;
    ~Door() { limit_->remove(room_); }

    // Until one more may be accepted. Errors: operation_canceled.
    Task<Result<void>> wait_for_room() {
        return wait([this] { return !limit_->full(); });
    }

    // Until the connection that has been accepted has its place. Errors: operation_canceled.
    Task<Result<void>> enter() {
        if (limit_->enter()) co_return {};
        limit_->begin_hold();
        auto entered = co_await wait([this] { return limit_->enter(); });
        limit_->end_hold();
        co_return entered;
    }

private:
    template <class Ready>
    Task<Result<void>> wait(Ready ready) {
        limit_->begin_wait();
        Result<void> told;
        while (told) {
            // Announced and reset before the look, so that whoever gives a place back after it tells this loop.
            free_.reset();
            if (ready()) break;
            told = co_await free_.wait();
        }
        limit_->end_wait();
        co_return told;
    }

    std::shared_ptr<ConnectionLimit> limit_;
    Event free_;
    Notifier room_;
};

std::shared_ptr<ConnectionLimit> make_connection_limit(std::size_t most) {
    spi::require(most > 0, "a limit of connections is at least 1");
    return std::make_shared<ConnectionLimit>(most);
}

Server::Server(ServerOptions options)
    : options_(std::move(options)),
      limit_(options_.limit                  ? options_.limit
             : options_.most_connections > 0 ? make_connection_limit(options_.most_connections)
                                             : nullptr),
      door_(limit_ ? std::make_unique<Door>(limit_) : nullptr) {}

Server::~Server() { spi::require(connections_ == nullptr, "a Server was destroyed while it ran"); }

// With a limit, who is not served stays in the system's queue.
ListenerOptions Server::bounded(ListenerOptions options) const noexcept {
    if (limit_) options.accept_ahead = false;
    return options;
}

Result<Endpoint> Server::listen(const Endpoint& endpoint, Handler handler, ListenerOptions options) {
    return add(Listener::open(endpoint, bounded(options)), std::move(handler), {});
}

Result<Endpoint> Server::listen(Accepted&& listening, Handler handler, ListenerOptions options) {
    return add(Listener::adopt(std::move(listening), bounded(options)), std::move(handler), {});
}

Result<Endpoint> Server::listen_and_deal(Accepted&& listening, Deal deal, ListenerOptions options) {
    return add(Listener::adopt(std::move(listening), bounded(options)), {}, std::move(deal));
}

Result<Endpoint> Server::listen_and_deal(const Endpoint& endpoint, Deal deal, ListenerOptions options) {
    return add(Listener::open(endpoint, bounded(options)), {}, std::move(deal));
}

// Of `handler` and `deal`, one is given.
Result<Endpoint> Server::add(Result<Listener> opened, Handler handler, Deal deal) {
    if (!opened) return fail(opened.error());
    Port& port = ports_.emplace_back();
    port.listener = std::move(*opened);
    port.handler = std::move(handler);
    port.deal = std::move(deal);
    return port.listener.local();
}

Result<Endpoint> Server::listen_datagrams(const Endpoint& endpoint, DatagramHandler handler) {
    auto socket = Datagram::open(endpoint);
    if (!socket) return fail(socket.error());
    Port& port = ports_.emplace_back();
    port.datagrams = std::move(*socket);
    port.datagram_handler = std::move(handler);
    return port.datagrams.local();
}

Task<Result<void>> Server::run() {
    spi::require(connections_ == nullptr, "a Server is run twice");
    TaskScope accepting;
    TaskScope connections;
    connections.on_exception(
        [](void* server, const std::exception_ptr& exception) noexcept {
            static_cast<Server*>(server)->note(exception);
        },
        this);
    accepting.on_exception(
        [](void* server, const std::exception_ptr& exception) noexcept {  // for want of memory
            auto& self = *static_cast<Server*>(server);
            if (!self.exception_) self.exception_ = exception;
            self.stop_.set();
        },
        this);
    if (limit_) connections.on_end([](void* server) noexcept { static_cast<Server*>(server)->leave(); }, this);
    connections_ = &connections;
    if (grace_over_) connections.cancel();
    try {
        for (Port& port : ports_) accepting.spawn(port.datagram_handler ? serve_datagrams(port) : accept(port));
    } catch (...) {  // for want of memory: what has begun ends in order first
        exception_ = std::current_exception();
        stop_.set();
    }

    auto asked = co_await stop_.wait();
    if (!asked) {
        stop_.set();
        end_grace();
    }
    accepting.cancel();
    (void)co_await accepting.join();
    // Before the grace: who connects now is told at once that nobody serves. The handlers stay, their tasks use them.
    for (Port& port : ports_) port.listener.close();
    auto ended = co_await connections.join(after(options_.grace));
    if (!ended) {
        connections.cancel();
        (void)co_await connections.join();
    }
    connections_ = nullptr;
    if (exception_) std::rethrow_exception(std::exchange(exception_, nullptr));
    co_return outcome_;
}

void Server::stop() noexcept {
    if (stop_.is_set()) return end_grace();
    stop_.set();
}

void Server::end_grace() noexcept {
    grace_over_ = true;
    if (connections_ != nullptr) connections_->cancel();
}

void Server::serve(Stream stream, const Handler& handler) noexcept {
    if (connections_ == nullptr || stop_.is_set()) return leave();
    try {
        // The call of the handler may throw, too; what its task throws comes by the scope.
        if (options_.on_failure) {
            connections_->spawn(serve_watched(std::move(stream), handler));
        } else {
            connections_->spawn(handler(std::move(stream)));
        }
    } catch (...) {
        leave();
        note(std::current_exception());
    }
}

void Server::leave() noexcept {
    if (limit_) limit_->leave();
}

std::size_t Server::connections() const noexcept { return connections_ != nullptr ? connections_->size() : 0; }

Task<void> Server::accept(Port& port) {
    for (;;) {
        if (limit_ && limit_->full()) {
            auto room = co_await door_->wait_for_room();
            if (!room) co_return;
        }
        Accepted unattached;
        Stream stream;
        Error error{};
        if (port.deal) {
            auto accepted = co_await port.listener.accept_unattached();
            if (accepted) unattached = std::move(*accepted);
            if (!accepted) error = accepted.error();
        } else {
            auto accepted = co_await port.listener.accept();
            if (accepted) stream = std::move(*accepted);
            if (!accepted) error = accepted.error();
        }
        if (error) {
            const bool recovered = co_await recover(error, port);
            if (!recovered) co_return;
            continue;
        }
        if (limit_) {
            auto entered = co_await door_->enter();
            if (!entered) co_return;
        }
        if (!port.deal) {
            serve(std::move(stream), port.handler);
            continue;
        }
        try {
            port.deal(std::move(unattached));
        } catch (...) {
            leave();
            note(std::current_exception());
        }
    }
}

// After a failed accept. False: accept no more.
Task<bool> Server::recover(Error error, Port& port) {
    if (error == Errc::operation_canceled) co_return false;
    const bool again = trouble_passes(error);
    const bool news = !again || is_news(port.trouble);
    if (options_.on_trouble && news) options_.on_trouble(port.listener.local(), error, again);
    if (again) {
        const auto slept = co_await sleep(after(accept_pause));
        co_return slept.has_value();
    }
    outcome_ = fail(error);
    stop_.set();
    co_return false;
}

Task<void> Server::serve_watched(Stream stream, const Handler& handler) {
    const Endpoint peer = stream.peer();
    auto result = co_await handler(std::move(stream));
    if (!result) options_.on_failure(peer, result.error());
}

Task<void> Server::serve_datagrams(Port& port) {
    try {
        auto result = co_await port.datagram_handler(std::move(port.datagrams));
        const bool failed = !result && result.error() != Errc::operation_canceled;
        if (failed && options_.on_failure) options_.on_failure(Endpoint{}, result.error());
    } catch (...) {
        note(std::current_exception());
    }
}

void Server::note(const std::exception_ptr& exception) noexcept {
    if (options_.on_exception) {
        options_.on_exception(exception);
    } else if (!exception_) {
        exception_ = exception;
    }
}

}  // namespace pier
