#include <pier/behaviour/far_end.hpp>
#include <pier/behaviour/steps.hpp>
#include <pier/loop.hpp>
#include <pier/sleep.hpp>
#include <pier/socket/urgent.hpp>
#include <pier/sync/event.hpp>

#include <deque>
#include <future>
#include <optional>
#include <thread>
#include <utility>

namespace pier::behaviour {

// A thread that runs jobs on a loop of its own, one after the other, from its making to its destruction.
class FarEnd::Place {
public:
    explicit Place(const pier::EngineInfo& engine) {
        std::promise<pier::Result<void>> ready;
        thread_ = std::thread([this, &engine, &ready] { run(engine, ready); });
        made_ = ready.get_future().get();
    }
    ~Place() {
        if (made_) {
            loop_->post([this] {
                over_ = true;
                news_.set();
            });
        }
        unneeded_.set_value();
        thread_.join();
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    [[nodiscard]] const pier::Result<void>& made() const noexcept { return made_; }

    // `ended` is called on that thread.
    void begin(Job job, std::function<void()> ended) {
        loop_->post([this, job = std::move(job), ended = std::move(ended)]() mutable {
            jobs_.emplace_back(std::move(job), std::move(ended));
            news_.set();
        });
    }

    pier::Listener listener;                    // of that loop
    std::optional<pier::Result<void>> connect;  // how it ended

private:
    void run(const pier::EngineInfo& engine, std::promise<pier::Result<void>>& ready) {
        auto made = pier::Loop::create(engine);
        if (!made) {
            ready.set_value(pier::fail(made.error()));
            return;
        }
        loop_ = std::move(*made);
        ready.set_value({});
        loop_->run(work());
        unneeded_.get_future().wait();  // nobody posts any more
        loop_.reset();
    }

    pier::Task<void> work() {
        pier::Stream stream;
        while (!over_) {
            (void)co_await news_.wait();
            news_.reset();
            while (!jobs_.empty()) {
                auto [job, ended] = std::move(jobs_.front());
                jobs_.pop_front();
                co_await job(stream);
                // Some engines close with the next turn.
                for (int turns = 0; turns < 2; ++turns) (void)co_await pier::sleep(pier::after({}));
                ended();
            }
        }
        stream.close();
        listener.close();
    }

    std::unique_ptr<pier::Loop> loop_;  // made, run and destroyed by the thread
    pier::Event news_;
    std::deque<std::pair<Job, std::function<void()>>> jobs_;
    bool over_ = false;
    std::promise<void> unneeded_;
    pier::Result<void> made_;
    std::thread thread_;
};

FarEnd::FarEnd() = default;
FarEnd::FarEnd(pier::Stream stream) : stream_(std::move(stream)) {}
FarEnd::FarEnd(FarEnd&&) noexcept = default;
FarEnd& FarEnd::operator=(FarEnd&&) noexcept = default;
FarEnd::~FarEnd() = default;

pier::Result<void> FarEnd::move_to_thread(const pier::EngineInfo& engine) {
    place_ = std::make_unique<Place>(engine);
    return place_->made();
}

pier::Task<void> FarEnd::run(Job job) {
    if (place_ == nullptr) {
        co_await job(stream_);
        co_return;
    }
    // The job looks at what its caller owns, so it is waited for whatever happens; it has deadlines of its own.
    const pier::Shield shield;
    auto done = std::make_shared<pier::Event>();
    pier::Loop& here = pier::this_loop();
    place_->begin(std::move(job), [&here, done] { here.post([done] { done->set(); }); });
    (void)co_await done->wait();
}

void FarEnd::run_now(const std::function<void(pier::Stream&)>& action) {
    if (place_ == nullptr) return action(stream_);
    std::promise<void> done;
    place_->begin(
        [&action](pier::Stream& stream) -> pier::Task<void> {
            action(stream);
            co_return;
        },
        [&done] { done.set_value(); });
    done.get_future().wait();
}

pier::Result<pier::Endpoint> FarEnd::listen() {
    pier::Result<pier::Endpoint> at = pier::fail(pier::Errc::unexpected);
    run_now([&](pier::Stream&) {
        auto listener = pier::Listener::open(pier::Endpoint::loopback(pier::Family::ipv4));
        if (listener) {
            at = listener->local();
            place_->listener = std::move(*listener);
        } else {
            at = pier::fail(listener.error());
        }
    });
    return at;
}

pier::Task<pier::Result<void>> FarEnd::accept() {
    pier::Result<void> result;
    co_await run([&](pier::Stream& stream) -> pier::Task<void> {
        auto accepted = co_await place_->listener.accept(limit);
        if (accepted) {
            stream = std::move(*accepted);
        } else {
            result = pier::fail(accepted.error());
        }
        place_->listener.close();
    });
    co_return result;
}

void FarEnd::begin_to_connect(const pier::Endpoint& to) {
    Place& place = *place_;
    place.begin(
        [&place, to](pier::Stream& stream) -> pier::Task<void> {
            auto connected = co_await pier::Stream::connect(to, limit);
            place.connect.emplace();
            if (connected) {
                stream = std::move(*connected);
            } else {
                place.connect = pier::fail(connected.error());
            }
        },
        [] {});
}

// Jobs run one after the other, so one that does nothing ends after the connect.
pier::Task<pier::Result<void>> FarEnd::connected() {
    pier::Result<void> result;
    co_await run([&](pier::Stream&) -> pier::Task<void> {
        result = *place_->connect;
        co_return;
    });
    co_return result;
}

pier::Task<pier::Result<std::vector<std::byte>>> FarEnd::receive(pier::Deadline deadline) {
    pier::Result<std::vector<std::byte>> result;
    co_await run([&](pier::Stream& stream) -> pier::Task<void> {
        auto got = co_await stream.receive(deadline);
        if (got) {
            const std::span<const std::byte> data = *got;
            result->assign(data.begin(), data.end());
        } else {
            result = pier::fail(got.error());
        }
    });
    co_return result;
}

pier::Task<pier::Result<std::size_t>> FarEnd::receive(std::span<const pier::Buffer> into, pier::Deadline deadline) {
    pier::Result<std::size_t> result;
    co_await run([&](pier::Stream& stream) -> pier::Task<void> { result = co_await stream.receive(into, deadline); });
    co_return result;
}

pier::Task<pier::Result<void>> FarEnd::receive_exactly(std::span<std::byte> into, pier::Deadline deadline) {
    pier::Result<void> result;
    co_await run([&](pier::Stream& stream) -> pier::Task<void> {
        auto received = co_await stream.receive_exactly(into, deadline);
        if (!received) result = pier::fail(static_cast<const pier::Error&>(received.error()));
    });
    co_return result;
}

pier::Task<pier::Result<std::size_t>> FarEnd::send(std::span<const std::byte> data, pier::Deadline deadline) {
    pier::Result<std::size_t> result;
    co_await run([&](pier::Stream& stream) -> pier::Task<void> { result = co_await stream.send(data, deadline); });
    co_return result;
}

pier::Task<pier::Result<void>> FarEnd::send_all(std::span<const std::byte> data, pier::Deadline deadline) {
    pier::Result<void> result;
    co_await run([&](pier::Stream& stream) -> pier::Task<void> { result = co_await stream.send_all(data, deadline); });
    co_return result;
}

pier::Task<pier::Result<void>> FarEnd::send_urgent(std::byte byte, pier::Deadline deadline) {
    pier::Result<void> result;
    co_await run([&](pier::Stream& stream) -> pier::Task<void> {
        auto sent = co_await pier::send_urgent(stream, byte, deadline);
        if (!sent) result = pier::fail(sent.error());
    });
    co_return result;
}

pier::Result<void> FarEnd::finish() {
    pier::Result<void> result;
    run_now([&](pier::Stream& stream) { result = stream.finish(); });
    return result;
}

pier::Result<void> FarEnd::set(pier::Option option, int value) {
    pier::Result<void> result;
    run_now([&](pier::Stream& stream) { result = stream.set(option, value); });
    return result;
}

pier::Result<int> FarEnd::get(pier::Option option) {
    pier::Result<int> result;
    run_now([&](pier::Stream& stream) { result = stream.get(option); });
    return result;
}

pier::Result<pier::Endpoint> FarEnd::local() {
    pier::Result<pier::Endpoint> result;
    run_now([&](pier::Stream& stream) { result = stream.local(); });
    return result;
}

pier::Endpoint FarEnd::peer() {
    pier::Endpoint peer;
    run_now([&](pier::Stream& stream) { peer = stream.peer(); });
    return peer;
}

void FarEnd::close() {
    run_now([](pier::Stream& stream) { stream.close(); });
}

void FarEnd::abort() {
    run_now([](pier::Stream& stream) { stream.abort(); });
}

}  // namespace pier::behaviour
