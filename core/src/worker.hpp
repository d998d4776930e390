// What one thread of a server does: listen, accept, run handlers, stop.
#pragma once

#include <pier/event.hpp>
#include <pier/listener.hpp>
#include <pier/loop.hpp>
#include <pier/scope.hpp>
#include <pier/serve.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

namespace pier {

class Worker {
public:
    using Ready = std::function<void(const std::vector<Endpoint>&)>;
    // Given to an acceptor, which passes connections on instead of serving them.
    using Deal = std::function<void(spi::Accepted&&)>;

    Worker(const Service& service, const spi::EngineInfo& engine, Deal deal = {});

    // On the thread that will run it: some engines are bound to their maker.
    [[nodiscard]] Result<void> create();
    [[nodiscard]] Loop& loop() noexcept { return *loop_; }

    // Serves until asked to stop, and says on stderr why when it fails. `ready` is called once, with the sockets'
    // names, when they are open. Without endpoints connections come by adopt().
    [[nodiscard]] Result<void> run(const std::vector<Endpoint>& endpoints, ListenerOptions options, const Ready& ready);

    // Any thread, also a signal handler. The first request begins the grace, a later one ends it.
    void request_stop() noexcept;

    // Any thread: serves a connection that was accepted elsewhere.
    void adopt(spi::Accepted&& accepted);

private:
    // Prepared beforehand, because a signal handler can't allocate.
    struct StopPost : Post {
        std::atomic<bool> on_its_way{false};
        Worker* worker = nullptr;
    };

    Task<Result<void>> serve(const std::vector<Endpoint>& endpoints, ListenerOptions options, const Ready& ready);
    Task<void> accept(Listener& listener);
    Task<void> accept_and_deal(Listener& listener);
    // What to do after a failed accept: true, accept again; false, end.
    Task<bool> recover(Error error, Listener& listener);
    Task<void> serve_one(Stream stream, Event& ended);
    void stop() noexcept;

    const Service& service_;
    const spi::EngineInfo& engine_;
    const Deal deal_;
    std::unique_ptr<Loop> loop_;
    Event stop_;
    TaskScope* connections_ = nullptr;  // while there is one
    bool complained_ = false;
    Result<void> outcome_{};
    StopPost post_;
};

}  // namespace pier
