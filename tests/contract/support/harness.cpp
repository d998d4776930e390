#include "harness.hpp"

#include "../../support/counting_engine.hpp"

#include <pier/loop.hpp>

#include <exception>
#include <optional>
#include <thread>

namespace contract {
namespace {

// A failed end must not keep the other waiting for its deadlines.
Task<void> end_the_other_on_failure(const Side& side, pier::TaskScope& scope) {
    try {
        co_await side();
    } catch (...) {
        scope.cancel();
        throw;
    }
}

enum class Arrangement : bool { one_loop, two_threads };
// Of the present run of the case: doctest enters one branch of a SUBCASE a run, however often a case calls both().
std::optional<Arrangement> arrangement;

Arrangement choose() {
    Arrangement chosen = Arrangement::one_loop;
    SUBCASE("on one loop") { chosen = Arrangement::one_loop; }
    SUBCASE("on two threads") { chosen = Arrangement::two_threads; }
    return chosen;
}

Task<void> together(const Side& here, const Side& there) {
    pier::TaskScope scope;
    scope.spawn(end_the_other_on_failure(here, scope));
    scope.spawn(end_the_other_on_failure(there, scope));
    (void)co_await scope.join();
}

}  // namespace

const pier::EngineInfo& engine() {
    const pier::EngineInfo* info = pier::find_engine(settings().engine);
    REQUIRE(info != nullptr);
    return *info;
}

bool one_at_a_time() { return engine().one_at_a_time; }

bool sends_in_the_system() noexcept {
    return settings().engine == "iocp" || settings().engine.starts_with("overlapped-");
}

bool receives_by_trying() { return make_loop()->traits().speculates; }

std::unique_ptr<pier::Loop> make_loop() {
    auto loop = pier::Loop::create(engine());
    REQUIRE(outcome(loop) == Errc::ok);
    return std::move(*loop);
}

std::unique_ptr<pier::Loop> make_counting_loop(std::uint64_t& waits) {
    auto loop = support::CountingEngine::make_loop(engine(), waits);
    REQUIRE(outcome(loop) == Errc::ok);
    return std::move(*loop);
}

void on_two_threads(const Side& here, const Side& there) {
    std::exception_ptr failure_there;
    std::thread thread([&] {
        try {
            on_loop([&] { return there(); });
        } catch (...) {
            failure_there = std::current_exception();
        }
    });
    std::exception_ptr failure_here;
    try {
        on_loop([&] { return here(); });
    } catch (...) {
        failure_here = std::current_exception();
    }
    thread.join();
    if (failure_here) std::rethrow_exception(failure_here);
    if (failure_there) std::rethrow_exception(failure_there);
}

void both(const Side& here, const Side& there) {
    if (!arrangement) arrangement = one_at_a_time() ? Arrangement::two_threads : choose();
    if (arrangement == Arrangement::two_threads) {
        on_two_threads(here, there);
    } else {
        on_loop([&] { return together(here, there); });
    }
}

void begin_run() { arrangement.reset(); }

void Signal::set() noexcept {
    std::lock_guard lock(state_->mutex);
    state_->set = true;
    // Under the lock, so that the waiter's loop is there.
    if (state_->loop != nullptr) state_->loop->post([state = state_] { state->event.set(); });
}

Task<void> Signal::wait() {
    {
        std::lock_guard lock(state_->mutex);
        if (state_->set) co_return;
        state_->loop = &pier::this_loop();
    }
    auto came = co_await state_->event.wait(limit());
    {
        std::lock_guard lock(state_->mutex);
        state_->loop = nullptr;
    }
    REQUIRE(outcome(came) == Errc::ok);
}

pier::Listener Meeting::listen() {
    auto listener = pier::Listener::open(endpoint_, options_);
    REQUIRE(outcome(listener) == Errc::ok);
    endpoint_ = listener->local();
    open_.set();
    return std::move(*listener);
}

Task<pier::Stream> Meeting::serve() {
    pier::Listener listener = listen();
    co_return co_await accept_from(listener);
}

Task<pier::Stream> Meeting::connect() {
    pier::Endpoint endpoint = co_await address();
    co_return co_await connect_to(endpoint);
}

Task<pier::Endpoint> Meeting::address() {
    co_await open_.wait();
    co_return endpoint_;
}

Task<void> turns(int count) {
    for (int i = 0; i < count; ++i) (void)co_await pier::sleep(after(0ns));
}

Task<void> next_turn() {
    pier::Event posted;
    pier::this_loop().post([&] { posted.set(); });
    (void)co_await posted.wait();
}

Task<pier::Stream> accept_from(const pier::Listener& listener) {
    auto stream = co_await listener.accept(limit());
    REQUIRE(outcome(stream) == Errc::ok);
    co_return std::move(*stream);
}

Task<Errc> send_until_it_fails(const pier::Stream& stream) {
    Errc failure = Errc::ok;
    pier::Time until = limit().resolve(pier::this_loop().now());
    while (failure == Errc::ok && pier::this_loop().now() < until) {
        auto sent = co_await stream.send(bytes_of("x"), limit());
        failure = outcome(sent);
        co_await turns(1);
    }
    co_return failure;
}

Task<void> receive_to_end(const pier::Stream& stream, Checksum& sum) {
    for (;;) {
        auto got = co_await stream.receive(limit());
        REQUIRE(outcome(got) == Errc::ok);
        if (got->empty()) co_return;
        sum.add(*got);
    }
}

Task<pier::Stream> connect_to(pier::Endpoint endpoint) {
    auto stream = co_await pier::Stream::connect(endpoint, limit());
    REQUIRE(outcome(stream) == Errc::ok);
    co_return std::move(*stream);
}

}  // namespace contract
