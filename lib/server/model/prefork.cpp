// Processes that are started beforehand and share the listeners: each accepts for itself, and the system gives a client
// to one of them. The parent only sees to it that there are always as many as were asked for.
#include "bell.hpp"
#include "crew.hpp"
#include "dealt.hpp"
#include "model.hpp"
#include "offspring.hpp"

#include <pier/cli/program.hpp>
#include <pier/listener.hpp>
#include <pier/sys/clock.hpp>
#include <pier/sys/socket.hpp>

#include <algorithm>
#include <chrono>
#include <optional>

namespace pier {
namespace {

// A worker that lived as long was well; its successor comes at once. Of those that die sooner, one after the other,
// each waits twice as long as the one before.
constexpr Duration long_life = std::chrono::seconds(1);
constexpr Duration first_pause = std::chrono::milliseconds(100);
constexpr Duration longest_pause = std::chrono::seconds(5);

class Prefork final : public Model {
public:
    explicit Prefork(Frame& frame)
        : frame_(frame),
          bell_(std::in_place, frame),
          offspring_(frame, *bell_, *this),
          places_(frame.options.workers) {}

    void run() override {
        if (!bell_->hang() || !offspring_.begin() || !listen()) return;
        fill_places();
        frame_.announce(listening_);
        while (wanted_ < Worker::Request::stop) {
            bell_->wait(time_to_next_start());
            for (const sys::ChildEnd& end : offspring_.reap()) lose(end);
            if (wanted_ < Worker::Request::stop) fill_places();
        }
        for (Accepted& each : sockets_) each = {};
        offspring_.end(wanted_, [](const sys::ChildEnd&) {});
    }

    // In the parent alone: requests don't reach a child.
    void request(Worker::Request wanted) noexcept override {
        raise(wanted_, wanted);
        bell_->ring();
    }

    void live_as_child(sys::ParentLink& parent) noexcept override {
        bell_.reset();
        live(frame_, [&] {
            DealtLoops dealt(frame_);  // in use until the crew has ended
            Crew crew(frame_);
            auto sockets = begin_life(frame_, parent, heeder(crew));
            if (!sockets) return;
            const std::size_t all = frame_.options.most_connections;
            const std::size_t most = frame_.options.engine->one_at_a_time ? 1 : all / places_.size();
            if (most > 0) frame_.program.limit = make_connection_limit(most);
            serve(crew, dealt, std::move(*sockets));
            crew.end();
            frame_.exceptions.sum_up();
            sys::leave(frame_.failed() ? status_of_failure : 0);
        });
    }

private:
    // Of one worker after the other.
    struct Place {
        std::uint64_t child = 0;  // 0: none
        Time started{};
        Time due{};  // when the next one is started
        int short_lives = 0;
        Duration pause{};
    };

    [[nodiscard]] bool listen() {
        listening_ = frame_.streams();
        sockets_ = frame_.take_sockets(listening_);
        for (std::size_t i = 0; i < listening_.size(); ++i) {
            if (sockets_[i].valid()) continue;
            Listening& one = listening_[i];
            auto opened = Listener::open_unattached(one.endpoint, frame_.listening());
            auto local = opened ? sys::local_endpoint(opened->socket()) : fail(opened.error());
            if (!local) {
                complain(frame_.service.name, "listening on " + one.endpoint.to_string(), local.error());
                frame_.fail();
                return false;
            }
            one.endpoint = *local;
            sockets_[i] = std::move(*opened);
        }
        return true;
    }

    void fill_places() {
        for (Place& place : places_) {
            if (place.child != 0 || place.due > sys::now()) continue;
            Accepted none;
            auto started = offspring_.start(none, sockets_);
            if (!started) {
                if (!std::exchange(shortage_said_, true))
                    complain(frame_.service.name, "starting a worker process (it is tried on)", started.error());
                postpone(place);
                continue;
            }
            shortage_said_ = false;
            place.child = *started;
            place.started = sys::now();
        }
    }

    void lose(const sys::ChildEnd& end) {
        auto place = std::ranges::find(places_, end.id, &Place::child);
        if (place == places_.end()) return;
        place->child = 0;
        if (sys::now() - place->started >= long_life) {
            place->short_lives = 0;
            place->pause = {};
        } else if (++place->short_lives > 1) {
            postpone(*place);
        }
        if (wanted_ >= Worker::Request::stop) return;
        say(frame_.service.name,
            "a worker process has ended with " + end.how.describe() + "; another one takes its place");
    }

    static void postpone(Place& place) {
        place.pause = std::clamp(place.pause * 2, first_pause, longest_pause);
        place.due = sys::now() + place.pause;
    }

    [[nodiscard]] Deadline time_to_next_start() const {
        std::optional<Time> first;
        for (const Place& place : places_) {
            if (place.child == 0) first = std::min(first.value_or(place.due), place.due);
        }
        return first ? after(std::max(*first - sys::now(), Duration{})) : Deadline{};
    }

    void serve(Crew& crew, DealtLoops& dealt, std::vector<Accepted> sockets) {
        if (listening_.empty()) listening_ = frame_.streams();  // it is no fork: the names are the parent's to know
        const EngineInfo& engine = *frame_.options.engine;
        const auto ready = [](const std::vector<Listening>&) {};
        if (engine.one_at_a_time || sys::engines_share_listeners()) {
            crew.serve_here(crew.add(engine), listening_, frame_.listening(), ready, std::move(sockets));
        } else {
            dealt.run(crew, 1, listening_, std::move(sockets), {}, ready);
        }
    }

    Frame& frame_;
    std::optional<Bell> bell_;
    Offspring offspring_;
    std::vector<Place> places_;
    std::vector<Listening> listening_;
    std::vector<Accepted> sockets_;  // of listening_
    bool shortage_said_ = false;
    std::atomic<Worker::Request> wanted_{Worker::Request::none};
};

}  // namespace

ModelInfo prefork_model() noexcept {
    return {.name = "prefork",
            .summary = "--workers that share the listeners, each a process: uses all processors, and survives crashes",
            .bound = "--workers",
            .tcp_alone = true,
            .make = [](Frame& frame) -> std::unique_ptr<Model> { return std::make_unique<Prefork>(frame); }};
}

}  // namespace pier
