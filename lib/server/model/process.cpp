// A process for each client: a fork of this one, or this program once more. What a handler does to memory, and how it
// dies, is its client's alone. The parent accepts, and starts no thread where its children are forks. It serves nobody
// itself.
#include "acceptor.hpp"
#include "model.hpp"
#include "offspring.hpp"

#include <pier/cli/program.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace pier {
namespace {

// Of a child whose handler has thrown, which it has said. Nobody ends with it by accident: abort() ends with 3 on
// Windows.
constexpr int status_of_exception = 243;

// How many ways to end are told apart before no more of them are said.
constexpr std::size_t most_ends = 16;

class ProcessPerClient final : public Model {
public:
    explicit ProcessPerClient(Frame& frame)
        : frame_(frame), acceptor_(std::in_place, frame), offspring_(frame, acceptor_->bell(), *this) {}

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

    void live_as_child(sys::ParentLink& parent) noexcept override {
        acceptor_.reset();  // the listener, clients that wait for a process, and the loop: the parent's
        live(frame_, [&] {
            Worker worker(frame_.program, *frame_.options.engine);
            if (!worker.create()) return;
            auto sockets = begin_life(frame_, parent, heeder(worker));
            if (!sockets || sockets->empty()) return;
            worker.serve_one(std::move(sockets->front()));
            sys::leave(frame_.exceptions.count() > 0 ? status_of_exception : 0);
        });
    }

private:
    void start_for(Accepted&& client) {
        auto started = offspring_.start(client, {});
        if (!started) acceptor_->put_back(std::move(client), "starting a process", started.error());
    }

    // A child that crashed, or that somebody has ended, has cost its own connection. Each way is said once.
    void note(const sys::ChildEnd& end) {
        acceptor_->place_freed();
        const ProcessEnd& how = end.how;
        if (how == ProcessEnd{ProcessEnd::By::exit, status_of_exception}) frame_.exceptions.add_from_child();
        const bool said_by_itself =
            !how.crashed() && (how.status == 0 || how.status == status_of_exception || how.status == status_of_failure);
        if (said_by_itself || ends_said_.size() == most_ends || std::ranges::find(ends_said_, how) != ends_said_.end())
            return;
        ends_said_.push_back(how);
        say(frame_.service.name, std::string("the process of a client ") +
                                     (how.crashed() ? "was ended by " : "has ended with ") + how.describe() +
                                     ", and with it its connection");
    }

    Frame& frame_;
    std::optional<Acceptor> acceptor_;
    Offspring offspring_;
    std::vector<ProcessEnd> ends_said_;
    std::atomic<Worker::Request> wanted_{Worker::Request::none};
};

}  // namespace

ModelInfo process_model() noexcept {
    return {.name = "process",
            .alias = sys::parent_variable().empty() ? "fork" : "",
            .summary = "a process for each client, up to --max-children: a crash ends one connection",
            .one_listener = true,
            .bound = "--max-children",
            .tcp_alone = true,
            .make = [](Frame& frame) -> std::unique_ptr<Model> { return std::make_unique<ProcessPerClient>(frame); }};
}

}  // namespace pier
