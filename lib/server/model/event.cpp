// A loop for each thread, and a task for each client on it. Where listeners can share a port, each loop has its own and
// the system spreads the clients; elsewhere, and for Unix-domain sockets, one acceptor for each port deals them to the
// loops in turn.
#include "crew.hpp"
#include "model.hpp"

#include <pier/sys/socket.hpp>

#include <algorithm>
#include <atomic>

namespace pier {
namespace {

class EventLoops final : public Model {
public:
    explicit EventLoops(Frame& frame) : frame_(frame), crew_(frame) {
        const std::size_t most = frame.options.most_connections;
        if (most > 0) frame.program.limit = make_connection_limit(most);
    }

    void run() override {
        // Also when there is no memory to serve: the signals are still the server's then.
        struct End {
            Crew& crew;
            ~End() { crew.end(); }
        } end{crew_};
        // A port that was handed over is another program's, which nobody joins.
        if (frame_.options.threads > 1 && (!sys::can_share_port() || frame_.has_sockets() || has_unix())) {
            run_dealt();
        } else {
            run_shared();
        }
    }

    void request(Worker::Request wanted) noexcept override { crew_.request(wanted); }

private:
    // The names of Unix-domain sockets are nobody's to share.
    [[nodiscard]] bool has_unix() const {
        return std::ranges::any_of(frame_.streams(), [](const Listening& one) { return one.endpoint.is_unix(); });
    }

    // One loop on this thread; further ones listen on the same ports.
    void run_shared() {
        const ServeOptions& options = frame_.options;
        ListenerOptions listening = frame_.listening();
        listening.share_port = listening.first_to_share = options.threads > 1;
        Worker& first = crew_.add(*options.engine);
        std::vector<Listening> wanted = frame_.streams();
        std::vector<Accepted> sockets = frame_.take_sockets(wanted);
        const std::size_t to_share = wanted.size();
        for (Listening& one : frame_.datagrams()) wanted.push_back(std::move(one));
        crew_.serve_here(
            first, wanted, listening,
            [&](const std::vector<Listening>& opened) {
                listening.first_to_share = false;
                const std::vector<Listening> again(opened.begin(),
                                                   opened.begin() + static_cast<std::ptrdiff_t>(to_share));
                for (unsigned i = 1; i < options.threads && !frame_.failed(); ++i) {
                    crew_.serve_on_thread(crew_.add(*options.engine), again, listening);
                }
                frame_.announce(opened);
            },
            std::move(sockets));
    }

    // The acceptors block, one for each port; the first one is on this thread. UDP sockets are the first loop's.
    void run_dealt() {
        const ListenerOptions listening = frame_.listening();
        std::vector<Listening> udp;
        for (unsigned i = 0; i < frame_.options.threads && !frame_.failed(); ++i) {
            Worker& loop = crew_.add(*frame_.options.engine);
            loops_.push_back(&loop);
            auto names = crew_.serve_on_thread(loop, i == 0 ? frame_.datagrams() : std::vector<Listening>(), listening);
            udp.insert(udp.end(), names.begin(), names.end());
        }
        auto deal = [this](Accepted&& accepted, std::size_t port) {
            loops_[next_.fetch_add(1, std::memory_order_relaxed) % loops_.size()]->adopt(std::move(accepted), port);
        };
        const std::vector<Listening> wanted = frame_.streams();
        std::vector<Accepted> sockets = frame_.take_sockets(wanted);
        const auto socket = [&](std::size_t index) {
            std::vector<Accepted> one;
            one.push_back(std::move(sockets[index]));
            return one;
        };
        std::vector<Listening> opened;
        for (std::size_t i = 1; i < wanted.size() && !frame_.failed(); ++i) {
            auto names = crew_.serve_on_thread(crew_.add(blocking_, deal), {wanted[i]}, listening, socket(i));
            opened.insert(opened.end(), names.begin(), names.end());
        }
        if (frame_.failed()) return;
        crew_.serve_here(
            crew_.add(blocking_, deal), {wanted[0]}, listening,
            [&](const std::vector<Listening>& first) {
                opened.insert(opened.begin(), first.begin(), first.end());
                opened.insert(opened.end(), udp.begin(), udp.end());
                frame_.announce(opened);
            },
            socket(0));
    }

    Frame& frame_;
    const EngineInfo blocking_ = spi::blocking_engine_info();
    std::vector<Worker*> loops_;
    std::atomic<std::size_t> next_{0};
    Crew crew_;  // the last: its threads use the rest
};

}  // namespace

ModelInfo event_model() noexcept {
    return {.name = "event",
            .summary = "a loop for each of --threads, a task for each client: for many clients at once",
            .blocks = false,
            .many_on_a_loop = true,
            .bound = "--threads",
            .make = [](Frame& frame) -> std::unique_ptr<Model> { return std::make_unique<EventLoops>(frame); }};
}

}  // namespace pier
