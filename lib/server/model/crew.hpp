// Workers whose number is known from the start: what the models share that give each thread a loop for good.
#pragma once

#include "../frame.hpp"
#include "../worker.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace pier {

class Crew {
public:
    explicit Crew(Frame& frame) : frame_(frame) {}
    Crew(const Crew&) = delete;
    Crew& operator=(const Crew&) = delete;
    ~Crew() { end(); }

    // It lives as long as the crew. Given to an acceptor, `deal` passes its connections on.
    [[nodiscard]] Worker& add(const EngineInfo& engine, Worker::Deal deal = {});

    // Serves on this thread until asked to stop. `sockets` as in Worker::run.
    void serve_here(Worker& worker, const std::vector<Listening>& wanted, ListenerOptions listening,
                    const Worker::Ready& ready, std::vector<Accepted> sockets = {});

    // The same on a thread of its own. Returns when it is up, with the names of its sockets, or has failed, as the
    // frame then says. A thread that can't be made is a failure: fewer than were asked for would be a silent lie.
    std::vector<Listening> serve_on_thread(Worker& worker, std::vector<Listening> wanted, ListenerOptions listening,
                                           std::vector<Accepted> sockets = {});

    // Any thread, also a signal handler: no locks. Idempotent. Who joins the crew later is told as well.
    void request(Worker::Request wanted) noexcept;

    // Asks all to stop, and waits for the threads.
    void end() noexcept;

private:
    void enlist(Worker& worker);

    Frame& frame_;
    std::deque<Worker> workers_;
    std::vector<std::thread> threads_;
    std::atomic<Worker::Request> wanted_{Worker::Request::none};
    std::mutex enlisting_;
    std::array<std::atomic<Worker*>, 512> roster_{};
    std::atomic<std::size_t> enlisted_{0};
};

}  // namespace pier
