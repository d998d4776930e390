// Waiting for processes on a loop, under the engine of the command line.
#include "support.hpp"

#include <pier/scope.hpp>
#include <pier/sync/event.hpp>
#include <pier/task/on_worker.hpp>
#include <pier/task/race.hpp>

#include <memory>

using namespace process_tests;

namespace {

// A process that runs until its input is closed.
Process start_staying() {
    auto options = helping({"stay"});
    options.input = Redirect::pipe();
    return start(options);
}

}  // namespace

TEST_CASE("loop: the end of a process is an event") {
    auto loop = make_loop();
    auto body = []() -> Task<void> {
        for (const char* status : {"0", "7"}) {
            Process process = start(helping({"exit", status}));
            auto end = co_await process.wait(after(patience));
            REQUIRE(outcome(end) == Errc::ok);
            CHECK(*end == ProcessEnd{ProcessEnd::By::exit, static_cast<std::uint32_t>(*status - '0')});
            // It is known from now on.
            auto again = co_await process.wait();
            CHECK(outcome(again) == Errc::ok);
            CHECK(process.end().has_value());
        }
    };
    loop->run(body());
}

TEST_CASE("loop: a deadline ends the wait and not the process") {
    auto loop = make_loop();
    auto body = []() -> Task<void> {
        Process process = start_staying();
        auto late = co_await process.wait(after(1ms));
        CHECK(outcome(late) == Errc::timed_out);
        CHECK_FALSE(process.end().has_value());
        process.input().close();
        auto end = co_await process.wait(after(patience));
        REQUIRE(outcome(end) == Errc::ok);
        CHECK(end->succeeded());
        // What has happened counts, however late one asks.
        auto past = co_await process.wait(after(0s));
        CHECK(outcome(past) == Errc::ok);
    };
    loop->run(body());
}

TEST_CASE("loop: a cancel ends the wait and not the process") {
    auto loop = make_loop();
    auto body = []() -> Task<void> {
        Process process = start_staying();
        Errc waited = Errc::ok;
        auto waiter = [&]() -> Task<void> {
            auto end = co_await process.wait();
            waited = outcome(end);
        };
        pier::TaskScope scope;
        scope.spawn(waiter());
        // The waiter waits after this, in the loop's next step.
        pier::Event nothing;
        (void)co_await nothing.wait(after(1ms));
        scope.cancel();
        (void)co_await scope.join();
        CHECK(waited == Errc::operation_canceled);
        CHECK_FALSE(process.end().has_value());
        process.input().close();
        auto end = co_await process.wait(after(patience));
        CHECK(outcome(end) == Errc::ok);
    };
    loop->run(body());
}

TEST_CASE("loop: in a cancelled scope a process that has ended is not waited for either") {
    auto loop = make_loop();
    auto body = []() -> Task<void> {
        Process process = start_staying();
        process.input().close();
        auto end = co_await process.wait(after(patience));
        CHECK(outcome(end) == Errc::ok);
        Errc waited = Errc::ok;
        auto waiter = [&]() -> Task<void> {
            auto again = co_await process.wait();
            waited = outcome(again);
        };
        pier::TaskScope scope;
        scope.cancel();
        scope.spawn(waiter());
        (void)co_await scope.join();
        CHECK(waited == Errc::operation_canceled);
    };
    loop->run(body());
}

TEST_CASE("loop: several wait for one process, also one whose Process has gone") {
    auto loop = make_loop();
    auto body = []() -> Task<void> {
        auto process = std::make_unique<Process>(start_staying());
        pier::PipeEnd input = std::move(process->input());
        int ends = 0;
        auto waiter = [&](Task<Result<ProcessEnd>> wait) -> Task<void> {
            auto end = co_await std::move(wait);
            if (end && end->succeeded()) ++ends;
        };
        pier::TaskScope scope;
        for (int i = 0; i < 3; ++i) scope.spawn(waiter(process->wait(after(patience))));
        process.reset();
        input.close();
        (void)co_await scope.join();
        CHECK(ends == 3);
    };
    loop->run(body());
}

TEST_CASE("loop: the first of several processes to end wins a race") {
    auto loop = make_loop();
    auto body = []() -> Task<void> {
        Process slow = start_staying();
        Process quick = start_staying();
        quick.input().close();
        auto first = co_await pier::race(slow.wait(after(patience)), quick.wait(after(patience)));
        CHECK(first.index() == 1);
        REQUIRE(outcome(slow.kill()) == Errc::ok);
        auto end = co_await slow.wait(after(patience));
        REQUIRE(outcome(end) == Errc::ok);
        CHECK_FALSE(end->succeeded());
        CHECK(outcome(slow.kill()) == Errc::ok);  // nothing is left to end
        CHECK(outcome(slow.terminate()) == Errc::ok);
    };
    loop->run(body());
}

TEST_CASE("loop: terminate ends a process") {
    auto loop = make_loop();
    auto body = []() -> Task<void> {
        auto options = helping({"stay", "ready"});
        options.input = options.output = Redirect::pipe();
        Process process = start(options);
        REQUIRE(outcome(process.terminate()) == Errc::ok);
        auto end = co_await process.wait(after(patience));
        REQUIRE(outcome(end) == Errc::ok);
        CHECK_FALSE(end->succeeded());
    };
    loop->run(body());
}

TEST_CASE("loop: data goes through a process by worker threads") {
    auto loop = make_loop();
    auto body = []() -> Task<void> {
        auto options = helping({"copy"});
        options.input = options.output = Redirect::pipe();
        Process process = start(options);
        std::string text;
        for (int i = 0; text.size() < 1 << 20; ++i) text += std::to_string(i) + "\n";
        auto write = [end = std::move(process.input()), &text]() mutable { return end.write(text, after(patience)); };
        auto read = [end = std::move(process.output())]() mutable { return end.read_all(2 << 20, after(patience)); };
        Errc written = Errc::unexpected;
        auto writing = [&]() -> Task<void> {
            auto done = co_await pier::on_worker(std::move(write));  // the end closes with the call
            written = outcome(done);
        };
        std::string got;
        auto reading = [&]() -> Task<void> {
            auto done = co_await pier::on_worker(std::move(read));
            if (done) got = std::move(*done);
        };
        pier::TaskScope scope;
        scope.spawn(writing());
        scope.spawn(reading());
        (void)co_await scope.join();
        CHECK(written == Errc::ok);
        CHECK(got == text);
        auto end = co_await process.wait(after(patience));
        REQUIRE(outcome(end) == Errc::ok);
        CHECK(end->succeeded());
    };
    loop->run(body());
}
