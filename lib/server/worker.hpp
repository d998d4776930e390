// What one thread of a server does: listen, accept, run handlers, stop.
#pragma once

#include "exception_log.hpp"

#include <pier/event.hpp>
#include <pier/listener.hpp>
#include <pier/loop.hpp>
#include <pier/scope.hpp>
#include <pier/server/serve.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace pier {

class Worker {
public:
    using Ready = std::function<void(const std::vector<Endpoint>&)>;
    // Given to an acceptor, which passes connections on instead of serving them.
    using Deal = std::function<void(Accepted&&)>;

    // What is asked of a server's end; each includes those before it.
    enum class Request : std::uint8_t { none, stop, end_grace };

    Worker(const Service& service, const EngineInfo& engine, ExceptionLog& exceptions, Deal deal = {});

    // On the thread that will run it: some engines are bound to their maker.
    [[nodiscard]] Result<void> create();
    [[nodiscard]] Loop& loop() noexcept { return *loop_; }

    // Serves until asked to stop, and says on stderr why when it fails. `ready` is called once, with the sockets'
    // names, when they are open. Without endpoints connections come by adopt().
    [[nodiscard]] Result<void> run(const std::vector<Endpoint>& endpoints, ListenerOptions options, const Ready& ready);

    // Any thread, also a signal handler. Idempotent: who stops already goes on as it does.
    void request(Request wanted) noexcept;

    // Any thread: serves a connection that was accepted elsewhere.
    void adopt(Accepted&& accepted);

private:
    // Prepared beforehand, because a signal handler can't allocate.
    struct RequestPost : Post {
        std::atomic<Request> wanted{Request::none};
        std::atomic<bool> on_its_way{false};
        Worker* worker = nullptr;
    };

    Task<Result<void>> serve(const std::vector<Endpoint>& endpoints, ListenerOptions options, const Ready& ready);
    Task<void> accept(Listener& listener);
    Task<void> accept_and_deal(Listener& listener);
    // What to do after a failed accept: true, accept again; false, end.
    Task<bool> recover(Error error, Listener& listener);
    Task<void> serve_one(Stream stream, Event& ended);
    void begin(Stream stream) noexcept;
    void obey(Request wanted) noexcept;

    const Service& service_;
    const EngineInfo& engine_;
    ExceptionLog& exceptions_;
    const Deal deal_;
    Event stop_;
    bool grace_over_ = false;
    TaskScope* connections_ = nullptr;  // while there is one
    bool complained_ = false;
    Result<void> outcome_{};
    RequestPost post_;
    std::unique_ptr<Loop> loop_;  // the last: it runs posts that came too late
};

}  // namespace pier
