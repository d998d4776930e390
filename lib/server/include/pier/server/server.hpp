// A server on one loop: listens, accepts, runs a handler for each connection, and stops in order. It does not own
// main(), so a program may have several of them beside other tasks:
//
//   pier::Task<pier::Result<void>> run_both(pier::Event& quit) {
//       pier::Server server({.grace = 2s, .most_connections = 100});
//       co_await pier::or_return(server.listen(pier::Endpoint::loopback(pier::Family::ipv4, 7000), echo));
//       ...
//       co_return co_await server.run();  // until server.stop()
//   }
#pragma once

#include <pier/datagram.hpp>
#include <pier/listener.hpp>
#include <pier/result.hpp>
#include <pier/stream.hpp>
#include <pier/sync/event.hpp>
#include <pier/task.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <list>
#include <memory>

namespace pier {

class TaskScope;

// For each connection, on its loop. The connection is the handler's: it is closed when the handler's task ends.
using Handler = std::function<Task<Result<void>>(Stream)>;
// For a UDP socket, once: receives until it ends. The server cancels it when it stops, without a grace.
using DatagramHandler = std::function<Task<Result<void>>(Datagram)>;

// How many connections there may be, for all the servers that share it. Its members are for Server.
class ConnectionLimit;
// `most` is at least 1. Any thread. Throws std::bad_alloc.
[[nodiscard]] std::shared_ptr<ConnectionLimit> make_connection_limit(std::size_t most);

struct ServerOptions {
    // How long connections may go on after stop().
    Duration grace = std::chrono::milliseconds(500);
    // Served at a time; 0: any number. Whoever comes when all places are taken waits in the system's queue until one is
    // free. (The engine uv has one of them accepted already.) With it the listeners accept nothing ahead, whatever
    // ListenerOptions says.
    std::size_t most_connections = 0;
    // The same, shared by servers of any threads; then most_connections says nothing.
    std::shared_ptr<ConnectionLimit> limit{};
    // The hooks are called on the loop's thread and must not throw.
    // The handler of a connection has returned an error. Costs a small frame a connection; without it errors are
    // dropped. `peer` has no family where the handler is a UDP socket's.
    std::function<void(const Endpoint& peer, const Error& error)> on_failure{};
    // A handler, or its task, has thrown: that connection alone is over. Without it, run() rethrows the first exception
    // when everything has ended.
    std::function<void(const std::exception_ptr& exception)> on_exception{};
    // A listener can't accept. `passes`: for a while, since something is used up; said again only after five seconds
    // without such trouble. Else the server stops.
    std::function<void(const Endpoint& listener, const Error& error, bool passes)> on_trouble{};
};

// Confined to one loop's thread: made, used and destroyed inside a task of it.
class Server {
public:
    explicit Server(ServerOptions options = {});
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server();

    // Opens a listener whose connections `handler` serves; its name, with the port that it has got. Before run().
    // Errors: Listener::open's. Throws std::bad_alloc.
    [[nodiscard]] Result<Endpoint> listen(const Endpoint& endpoint, Handler handler, ListenerOptions options = {});
    // The same with a socket that listens already: Listener::adopt().
    [[nodiscard]] Result<Endpoint> listen(Accepted&& listening, Handler handler, ListenerOptions options = {});
    // Opens a UDP socket that `handler` serves. Before run(). Errors: Datagram::open's.
    [[nodiscard]] Result<Endpoint> listen_datagrams(const Endpoint& endpoint, DatagramHandler handler);
    // Opens a listener whose connections go, unattached, to `deal`, which passes them on to other loops (Stream::adopt)
    // and may throw. Each has a place in the limit then, which the other loop's serve() or leave() gives back.
    using Deal = std::function<void(Accepted&&)>;
    [[nodiscard]] Result<Endpoint> listen_and_deal(const Endpoint& endpoint, Deal deal, ListenerOptions options = {});
    [[nodiscard]] Result<Endpoint> listen_and_deal(Accepted&& listening, Deal deal, ListenerOptions options = {});

    // Serves until stop(), or until a listener fails for good, which is its error. Then nothing more is accepted; the
    // connections get the grace and are cancelled after it. When the awaiting task is cancelled, there is no grace.
    // Once.
    [[nodiscard]] Task<Result<void>> run();

    // Begins the end; again: ends the grace. Idempotent beyond that. Also before run().
    void stop() noexcept;
    [[nodiscard]] bool stopping() const noexcept { return stop_.is_set(); }

    // Serves a connection that came from elsewhere and has a place in the limit, if there is one. It is closed when the
    // server does not run or stops. The handler has to live until run() returns.
    void serve(Stream stream, const Handler& handler) noexcept;
    // Gives the place of a connection back that was dealt and can't be served.
    void leave() noexcept;

    [[nodiscard]] std::size_t connections() const noexcept;

private:
    struct Port;
    class Door;

    [[nodiscard]] Result<Endpoint> add(Result<Listener> opened, Handler handler, Deal deal);
    [[nodiscard]] ListenerOptions bounded(ListenerOptions options) const noexcept;
    Task<void> accept(Port& port);
    Task<bool> recover(Error error, Port& port);
    Task<void> serve_watched(Stream stream, const Handler& handler);
    Task<void> serve_datagrams(Port& port);
    void note(const std::exception_ptr& exception) noexcept;
    void end_grace() noexcept;

    const ServerOptions options_;
    const std::shared_ptr<ConnectionLimit> limit_;
    std::list<Port> ports_;
    std::unique_ptr<Door> door_;
    Event stop_;
    bool grace_over_ = false;
    TaskScope* connections_ = nullptr;  // while it runs
    Result<void> outcome_{};
    std::exception_ptr exception_;  // the first that no hook has taken
};

}  // namespace pier
