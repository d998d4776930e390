// The other side of a behaviour, on a thread of its own: needed where both sides have to move at once.
#pragma once

#include <pier/behaviour/outcome.hpp>
#include <pier/listener.hpp>
#include <pier/loop.hpp>
#include <pier/stream.hpp>
#include <pier/sync/event.hpp>
#include <pier/task.hpp>

#include <future>
#include <memory>
#include <thread>

namespace pier::behaviour {

// Serves every connection with the handler: all at once, or one after the other on an engine that blocks. Runs from its
// making to its destruction.
class Peer {
public:
    using Handler = pier::Task<void> (*)(pier::Stream);

    Peer(const pier::EngineInfo& engine, pier::Family family, Handler handler);
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;
    ~Peer();

    // Where it listens, or why it can't.
    [[nodiscard]] const pier::Result<pier::Endpoint>& endpoint() const noexcept { return endpoint_; }

private:
    void run(std::promise<pier::Result<pier::Endpoint>>& ready);
    pier::Task<void> serve(pier::Family family, std::promise<pier::Result<pier::Endpoint>>& ready);
    pier::Task<void> accept(pier::Listener& listener);

    const pier::EngineInfo& engine_;
    const pier::Family family_;
    const Handler handler_;
    std::unique_ptr<pier::Loop> loop_;  // made, run and destroyed by the thread
    pier::Event stop_;
    std::promise<void> unneeded_;  // nobody posts to the loop any more
    pier::Result<pier::Endpoint> endpoint_;
    std::thread thread_;
};

// A handler that sends back what it receives, and ends when the client does.
[[nodiscard]] pier::Task<void> echo(pier::Stream client);

}  // namespace pier::behaviour
