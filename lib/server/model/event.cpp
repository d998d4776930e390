// A loop for each thread, and a task for each client on it. Where listeners can share a port, each loop has its own and
// the system spreads the clients; elsewhere, and for Unix-domain sockets, one acceptor for each port deals them to the
// loops in turn.
#include "crew.hpp"
#include "dealt.hpp"
#include "model.hpp"

#include <pier/sys/socket.hpp>

#include <algorithm>
#include <iterator>

namespace pier {
namespace {

class EventLoops final : public Model {
public:
    explicit EventLoops(Frame& frame) : frame_(frame), dealt_(frame), crew_(frame) {
        const std::size_t most = frame.options.most_connections;
        if (most > 0) frame.program.limit = make_connection_limit(most);
    }

    void run() override {
        // A port that was handed over is another program's, which nobody joins.
        if (frame_.options.threads > 1 && (!sys::can_share_port() || frame_.has_sockets() || has_unix())) {
            run_dealt();
        } else {
            run_shared();
        }
    }

    void end() noexcept override { crew_.end(); }

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
        for (Listening& one : frame_.datagrams()) wanted.push_back(std::move(one));
        crew_.serve_here(
            first, wanted, listening,
            [&](const std::vector<Listening>& opened) {
                listening.first_to_share = false;
                std::vector<Listening> again;
                std::ranges::copy_if(opened, std::back_inserter(again),
                                     [](const Listening& one) { return !one.datagrams; });
                for (unsigned i = 1; i < options.threads && !frame_.failed(); ++i) {
                    crew_.serve_on_thread(crew_.add(*options.engine), again, listening);
                }
                frame_.announce(opened);
            },
            std::move(sockets));
    }

    void run_dealt() {
        const std::vector<Listening> streams = frame_.streams();
        dealt_.run(crew_, frame_.options.threads, streams, frame_.take_sockets(streams), frame_.datagrams(),
                   [this](const std::vector<Listening>& opened) { frame_.announce(opened); });
    }

    Frame& frame_;
    DealtLoops dealt_;
    Crew crew_;  // the last: its threads use the rest
};

}  // namespace

ModelInfo event_model() noexcept {
    return {.name = "event",
            .summary = "a loop for each of --threads, a task for each client: for many clients at once",
            .blocks = false,
            .many_on_a_loop = true,
            .bound = "--threads",
            .make = make_model<EventLoops>};
}

}  // namespace pier
