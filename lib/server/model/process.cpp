// A process for each client, a fork of this one: what a handler does to memory, and how it dies, is its client's alone.
// The parent accepts and forks before there is any thread in it. It serves nobody itself.
#include "acceptor.hpp"
#include "model.hpp"
#include "offspring.hpp"

#include <pier/cli/program.hpp>

#include <optional>

namespace pier {
namespace {

// Of a child whose handler has thrown, which it has said.
constexpr int status_of_exception = 3;

class ProcessPerClient final : public Model {
public:
    explicit ProcessPerClient(Frame& frame)
        : frame_(frame), acceptor_(std::in_place, frame), offspring_(frame, acceptor_->bell()) {}

    void run() override {
        if (!acceptor_->open() || !offspring_.begin()) return;
        acceptor_->announce();
        while (wanted_ < Worker::Request::stop && !frame_.failed()) {
            Accepted client = acceptor_->next(offspring_.size() < frame_.options.max_children);
            for (const sys::ChildEnd& end : offspring_.reap()) note(end);
            if (client.valid()) start_for(std::move(client));
        }
        acceptor_->close();
        offspring_.end(wanted_, [this](const sys::ChildEnd& end) { note(end); });
    }

    // In the parent alone: requests don't reach a child.
    void request(Worker::Request wanted) noexcept override {
        raise(wanted_, wanted);
        acceptor_->bell().ring();
    }

private:
    void start_for(Accepted&& client) {
        auto side = offspring_.start();
        if (!side) return acceptor_->put_back(std::move(client), "starting a process", side.error());
        if (*side == sys::Children::Side::child) serve_as_child(std::move(client));
        const Accepted ours(std::move(client));  // closed: the child has its own
    }

    [[noreturn]] void serve_as_child(Accepted&& client) noexcept {
        acceptor_.reset();  // the listener, clients that wait for a process, and the loop: the parent's
        offspring_.live_as_child([&](Worker& worker) {
            worker.serve_one(std::move(client));
            return frame_.exceptions.count() > 0 ? status_of_exception : 0;
        });
    }

    // A child that crashed has cost its own connection. Which signals did it is said once each.
    void note(const sys::ChildEnd& end) {
        acceptor_->place_freed();
        if (!end.killed && end.status == status_of_exception) frame_.exceptions.add_from_child();
        if (!end.killed || end.status < 0 || end.status >= 64) return;
        const std::uint64_t bit = std::uint64_t{1} << static_cast<unsigned>(end.status);
        if ((signals_said_ & bit) != 0) return;
        signals_said_ |= bit;
        say(frame_.service.name,
            "the process of a client was ended by " + describe(end) + ", and with it its connection");
    }

    Frame& frame_;
    std::optional<Acceptor> acceptor_;
    Offspring offspring_;
    std::uint64_t signals_said_ = 0;
    std::atomic<Worker::Request> wanted_{Worker::Request::none};
};

}  // namespace

ModelInfo process_model() noexcept {
    return {.name = "process",
            .alias = "fork",
            .summary = "a process for each client, up to --max-children: a crash ends one connection",
            .one_listener = true,
            .bound = "--max-children",
            .probe = sys::children_obstacle,
            .make = [](Frame& frame) -> std::unique_ptr<Model> { return std::make_unique<ProcessPerClient>(frame); }};
}

}  // namespace pier
