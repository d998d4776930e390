#include "misuse.hpp"

#include "../../support/semaphore.hpp"
#include "open.hpp"
#include "pair.hpp"

#include <pier/detail/assert.hpp>
#include <pier/sys/clock.hpp>
#include <pier/sys/socket.hpp>
#include <pier/task/spawned.hpp>
#include <pier/tool/child_process.hpp>
#include <pier/watch.hpp>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace contract;
using pier::Datagram;
using pier::Listener;
using pier::Loop;
using pier::Stream;
using pier::TaskScope;
using pier::Watch;

namespace {

// Runs a task of one loop that may use the sockets of another one, which runs nowhere then.
struct Strangers {
    std::unique_ptr<Loop> owner = make_loop();
    std::unique_ptr<Loop> other = make_loop();
    Pair pair = owner->run(connect_pair());
    std::array<std::byte, 4> bytes{};

    template <class Body>
    void use(Body body) {
        other->run(body(*this));
    }
};

void foreign_lent_receive() {
    Strangers().use([](Strangers& s) -> Task<void> { (void)co_await s.pair.server.receive(); });
}
void foreign_receive() {
    Strangers().use([](Strangers& s) -> Task<void> { (void)co_await s.pair.server.receive(s.bytes, limit()); });
}
void foreign_receive_exactly() {
    Strangers().use([](Strangers& s) -> Task<void> { (void)co_await s.pair.server.receive_exactly(s.bytes, limit()); });
}
void foreign_send() {
    Strangers().use([](Strangers& s) -> Task<void> { (void)co_await s.pair.server.send(s.bytes, limit()); });
}
void foreign_send_all() {
    Strangers().use([](Strangers& s) -> Task<void> { (void)co_await s.pair.server.send_all(s.bytes); });
}
void foreign_readable() {
    Strangers().use([](Strangers& s) -> Task<void> { (void)co_await s.pair.server.readable(limit()); });
}
void foreign_accept() {
    auto owner = make_loop();
    Listener listener = owner->run([]() -> Task<Listener> { co_return open_listener(); }());
    on_loop([&]() -> Task<void> { (void)co_await listener.accept(limit()); });
}
void foreign_datagram() {
    auto owner = make_loop();
    Datagram datagram = owner->run([]() -> Task<Datagram> { co_return open_datagram(); }());
    std::array<std::byte, 4> bytes{};
    on_loop([&]() -> Task<void> { (void)co_await datagram.receive(bytes, limit()); });
}
void foreign_watch() {
    auto owner = make_loop();  // first: it starts the system's sockets up
    auto socket = pier::sys::open(pier::Family::ipv4, pier::spi::SocketKind::datagram);
    REQUIRE(socket.has_value());
    Watch watch = owner->run([&]() -> Task<Watch> {
        auto opened = Watch::open(*socket);
        REQUIRE(opened.has_value());
        co_return std::move(*opened);
    }());
    on_loop([&]() -> Task<void> { (void)co_await watch.readable(limit()); });
}

// Its loop runs on another thread at that time.
template <class Deed>
void while_it_runs(Deed deed) {
    auto owner = make_loop();
    std::optional<Pair> pair;
    support::Semaphore running;
    std::thread([&] {
        owner->run([&]() -> Task<void> {
            pair = co_await connect_pair();
            running.release();
            (void)co_await pier::sleep(limit());
        }());
    }).detach();
    running.acquire();
    on_loop([&]() -> Task<void> {
        deed(pair->server);
        co_return;
    });
}
void foreign_finish() {
    while_it_runs([](Stream& stream) { (void)stream.finish(); });
}
void foreign_close() {
    while_it_runs([](Stream& stream) { stream.close(); });
}

void stream_outlives_loop() {
    auto loop = make_loop();
    Pair pair = loop->run(connect_pair());
    loop.reset();
}

void exception_passes_scope() {
    on_loop([]() -> Task<void> {
        auto waits = []() -> Task<void> { (void)co_await pier::sleep(limit()); };
        TaskScope scope;
        scope.spawn(waits());
        co_await turns();
        throw std::runtime_error("the disk is full");
    });
}
void scope_goes_early() {
    on_loop([]() -> Task<void> {
        auto waits = []() -> Task<void> { (void)co_await pier::sleep(limit()); };
        TaskScope scope;
        scope.spawn(waits());
        co_return;
    });
}

Task<void> nothing() { co_return; }

void moved_task_is_awaited() {
    on_loop([]() -> Task<void> {
        Task<void> task = nothing();
        Task<void> moved = std::move(task);
        co_await std::move(task);
    });
}
void operation_is_awaited_twice() {
    on_loop([]() -> Task<void> {
        Pair pair = co_await connect_pair();
        std::array<std::byte, 4> bytes{};
        auto send = pair.client.send(bytes);
        (void)co_await send;
        (void)co_await send;
    });
}
void task_is_awaited_twice() {
    on_loop([]() -> Task<void> {
        Task<void> task = nothing();
        co_await std::move(task);
        co_await std::move(task);
    });
}
void moved_task_is_spawned() {
    on_loop([]() -> Task<void> {
        Task<void> task = nothing();
        Task<void> moved = std::move(task);
        TaskScope scope;
        scope.spawn(std::move(task));
        (void)co_await scope.join();
    });
}

Task<void> join(pier::Spawned<void>& task) { (void)co_await task.join(limit()); }

void spawned_is_joined_twice() {
    on_loop([]() -> Task<void> {
        TaskScope scope;
        auto task = scope.spawn(nothing());
        co_await join(task);
        co_await join(task);
    });
}
void spawned_is_joined_by_two() {
    on_loop([]() -> Task<void> {
        pier::Event never;
        auto waits = [&]() -> Task<void> { (void)co_await never.wait(limit()); };
        TaskScope scope;
        auto task = scope.spawn(waits());
        scope.spawn(join(task));
        scope.spawn(join(task));
        (void)co_await scope.join(limit());
    });
}
void moved_spawned_is_joined() {
    on_loop([]() -> Task<void> {
        TaskScope scope;
        auto task = scope.spawn(nothing());
        auto moved = std::move(task);
        co_await join(task);
    });
}
// Its task has ended and woken the joiner, which has not gone on yet.
void spawned_goes_before_its_joiner() {
    on_loop([]() -> Task<void> {
        pier::Event go;
        std::optional<pier::Spawned<void>> task;
        auto waits = [&]() -> Task<void> { (void)co_await go.wait(limit()); };
        auto ends = [&]() -> Task<void> {
            go.set();
            while (!task->ended()) (void)co_await pier::yield();
            task.reset();
        };
        TaskScope scope;
        task.emplace(scope.spawn(waits()));
        // Before the joiner in every turn: it is woken behind it.
        scope.spawn(ends());
        scope.spawn(join(*task));
        (void)co_await scope.join(limit());
    });
}

#if !PIER_CHECKS_AWAITABLES
void foreign_awaitable() {
    on_loop([]() -> Task<void> { co_await std::suspend_always(); });
}
void foreign_awaitable_later() {
    on_loop([]() -> Task<void> {
        co_await turns();
        co_await std::suspend_always();
    });
}
#endif

struct Misuse {
    std::string_view name;
    void (*run)();
    std::vector<std::string> said;
};

const std::vector<Misuse>& misuses() {
    static const std::string engine = "the loop of engine " + settings().engine;
    static const std::vector<std::string> both{"started by a task of another loop",
                                               "the socket belongs to " + engine + ", which does not run",
                                               "the task to " + engine + " on thread"};
    static const std::vector<Misuse> all = [] {
        std::vector<Misuse> list{
            {"foreign-lent-receive", foreign_lent_receive, both},
            {"foreign-receive", foreign_receive, both},
            {"foreign-receive-exactly", foreign_receive_exactly, both},
            {"foreign-send", foreign_send, both},
            {"foreign-send-all", foreign_send_all, both},
            {"foreign-readable", foreign_readable, both},
            {"foreign-accept", foreign_accept, both},
            {"foreign-datagram", foreign_datagram, both},
            {"foreign-watch", foreign_watch, both},
            {"foreign-finish",
             foreign_finish,
             {"a socket was used on another thread", engine + " on thread", "this is thread", "with " + engine}},
            {"foreign-close",
             foreign_close,
             {"a socket was closed on another thread", engine + " on thread", "this is thread", "with " + engine}},
            {"stream-outlives-loop", stream_outlives_loop, {"a loop was destroyed before its sockets were closed"}},
            {"exception-passes-scope",
             exception_passes_scope,
             {"an exception passed a TaskScope", "alive: 1;", "join() the scope"}},
            {"scope-goes-early", scope_goes_early, {"a TaskScope was destroyed while its tasks were alive: 1;"}},
            {"moved-task-is-awaited", moved_task_is_awaited, {"a Task was awaited that had been moved away"}},
            {"operation-is-awaited-twice", operation_is_awaited_twice, {"an operation was awaited twice"}},
            {"task-is-awaited-twice", task_is_awaited_twice, {"a Task was awaited twice"}},
            {"moved-task-is-spawned", moved_task_is_spawned, {"a Task was run or spawned that had been moved away"}},
            {"spawned-is-joined-twice", spawned_is_joined_twice, {"a Spawned was joined twice"}},
            {"spawned-is-joined-by-two", spawned_is_joined_by_two, {"a Spawned is joined by two tasks"}},
            {"moved-spawned-is-joined", moved_spawned_is_joined, {"a Spawned was joined that had been moved away"}},
            {"spawned-goes-before-its-joiner",
             spawned_goes_before_its_joiner,
             {"a Spawned was destroyed while a task waits by it"}},
        };
#if !PIER_CHECKS_AWAITABLES
        list.push_back({"foreign-awaitable", foreign_awaitable, {"neither an operation of Pier nor a pier::Task"}});
        list.push_back(
            {"foreign-awaitable-later", foreign_awaitable_later, {"neither an operation of Pier nor a pier::Task"}});
#endif
        return list;
    }();
    return all;
}

// Ends the child: the sentence is all that its parent wants to know.
void tell(const char* sentence) noexcept {
    std::fputs(sentence, stdout);
    std::fflush(stdout);
    std::_Exit(0);
}

// Nothing of the kind is expected: a preparation has failed.
void give_up(const doctest::AssertData& data) {
    if (!data.m_failed) return;
    std::printf("%s:%d: %s", data.m_file, data.m_line, data.m_expr);
    std::fflush(stdout);
    std::_Exit(2);
}

// What a child says before it ends.
std::string sentence_of(const Misuse& misuse) {
    auto child = pier::sys::start_child({"--engine=" + settings().engine, "--misuse=" + std::string(misuse.name)});
    REQUIRE(outcome(child) == Errc::ok);
    std::string said;
    std::array<std::byte, 512> buffer;
    pier::Time until = limit().resolve(pier::sys::now());
    for (;;) {
        auto got = (*child)->read(buffer, until);
        REQUIRE(outcome(got) == Errc::ok);
        if (*got == 0) break;
        said.append(reinterpret_cast<const char*>(buffer.data()), *got);
    }
    auto end = (*child)->wait();
    REQUIRE(outcome(end) == Errc::ok);
    INFO(end->describe());
    CHECK_FALSE(end->crashed());
    return said;
}

bool run_named(std::string_view name) {
    for (const Misuse& misuse : misuses()) {
        if (misuse.name != name) continue;
        pier::sys::crash_at_once();
        pier::spi::on_assertion_failed(tell);
        doctest::Context context;
        context.setAsDefaultForAssertsOutOfTestCases();
        context.setAssertHandler(give_up);
        misuse.run();
        return true;
    }
    return false;
}

[[maybe_unused]] const bool offered = (contract::run_misuse = run_named, true);

}  // namespace

TEST_CASE("misuse: what breaks a rule of lifetimes, loops or tasks ends with a sentence that says so") {
    for (const Misuse& misuse : misuses()) {
        CAPTURE(misuse.name);
        std::string said = sentence_of(misuse);
        CAPTURE(said);
        for (const std::string& part : misuse.said) {
            CAPTURE(part);
            CHECK(said.find(part) != std::string::npos);
        }
    }
}
