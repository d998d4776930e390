// What one thread of a server program does: a loop, and a Server on it.
#pragma once

#include "exception_log.hpp"

#include <pier/loop.hpp>
#include <pier/server/serve.hpp>
#include <pier/server/server.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace pier {

// A listener, or a UDP socket, and which of the service's ports it is: 0 the main one, then those of Service::more.
struct Listening {
    Endpoint endpoint;
    std::size_t port = 0;
    bool datagrams = false;
    // Of a UDP socket whose number the system is to choose: a TCP listener of the service's port is opened with it, and
    // both have one number.
    bool with_listener = false;
    std::size_t handed = not_handed;  // which of the sockets that the system has handed over it is
    static constexpr std::size_t not_handed = ~std::size_t{0};
};

// What all workers of a program share. It outlives them.
struct Program {
    const Service& service;
    ExceptionLog& exceptions;
    std::shared_ptr<ConnectionLimit> limit;  // null: none
};

class Worker {
public:
    // Called once, on the worker's thread, with what was asked for, by the names that it has got, when all is open.
    using Ready = std::function<void(const std::vector<Listening>&)>;
    // Given to an acceptor, which passes connections on instead of serving them. May throw.
    using Deal = std::function<void(Accepted&&, std::size_t port)>;

    // What is asked of a server's end; each includes those before it.
    enum class Request : std::uint8_t { none, stop, end_grace };
    static_assert(std::atomic<Request>::is_always_lock_free, "a signal handler uses it");

    Worker(const Program& program, const EngineInfo& engine, Deal deal = {});

    // On the thread that will run it: some engines are bound to their maker. Errors: Loop::create's, which create()
    // says on stderr and make_loop() does not.
    [[nodiscard]] Result<void> make_loop();
    [[nodiscard]] Result<void> create();

    // Before run(): listeners that are opened with a UDP socket go there, unattached and in the order of their names,
    // instead of being served. For a loop that does not accept.
    void put_listeners_into(std::vector<Accepted>& others) noexcept { others_ = &others; }

    // Serves until asked to stop, and says on stderr why when it fails. Connections may also come by adopt().
    // `sockets`, where given, listen already, and are those of `wanted`, in its order.
    [[nodiscard]] Result<void> run(const std::vector<Listening>& wanted, ListenerOptions options, const Ready& ready,
                                   std::vector<Accepted> sockets = {});

    // Serves one connection, which was accepted elsewhere, to its end or until asked to stop. Again afterwards is fine.
    // An exception is the connection's, as everywhere; want of memory is told like one.
    void serve_one(Accepted&& connection) noexcept;

    // Any thread, also a signal handler. Idempotent: who stops already goes on as it does.
    void request(Request wanted) noexcept;

    // Any thread: serves a connection that was accepted elsewhere, and has its place in the limit.
    void adopt(Accepted&& accepted, std::size_t port);

private:
    // Prepared beforehand, because a signal handler can't allocate.
    struct RequestPost : Post {
        std::atomic<Request> wanted{Request::none};
        std::atomic<bool> on_its_way{false};
        Worker* worker = nullptr;
    };

    Task<Result<void>> serve_last(Stream stream, const Handler& handler);
    Task<Result<void>> serve(const std::vector<Listening>& wanted, ListenerOptions options, const Ready& ready,
                             std::vector<Accepted>& sockets);
    [[nodiscard]] Result<Endpoint> open(Server& server, const Listening& wanted, ListenerOptions options,
                                        Accepted&& socket);
    [[nodiscard]] Result<Endpoint> open_pair(Server& server, const Listening& wanted, ListenerOptions options);
    [[nodiscard]] ServerOptions server_options() const;
    void make_handlers();
    void obey(Request wanted) noexcept;

    const Program& program_;
    const EngineInfo& engine_;
    const Deal deal_;
    std::vector<Handler> handlers_;  // by port
    Handler last_;                   // of the only connection, in serve_one(): the server ends with it
    std::vector<Accepted>* others_ = nullptr;
    Request obeyed_ = Request::none;
    Server* server_ = nullptr;  // while there is one
    RequestPost post_;
    std::unique_ptr<Loop> loop_;  // the last: it runs posts that came too late
};

// Any thread, also a signal handler.
inline void raise(std::atomic<Worker::Request>& to, Worker::Request wanted) noexcept {
    Worker::Request known = to.load();
    while (known < wanted && !to.compare_exchange_weak(known, wanted)) {
    }
}

}  // namespace pier
