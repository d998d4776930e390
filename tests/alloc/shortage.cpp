// Every allocation of a small scene fails once: then the scene ends with std::bad_alloc or not_enough_memory, nothing
// leaks, and the next one begins as if nothing had been.
#include "scenario.hpp"

#include <pier/datagram.hpp>
#include <pier/resolve.hpp>
#include <pier/scope.hpp>
#include <pier/signal.hpp>
#include <pier/sleep.hpp>
#include <pier/stop.hpp>
#include <pier/sync/event.hpp>
#include <pier/thread.hpp>

#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <new>

namespace alloc {
namespace {

using namespace std::chrono_literals;
using pier::after;
using pier::Errc;
using pier::Result;
using pier::Task;

// Of this process; 0 where it can't be told.
std::ptrdiff_t open_descriptors() {
    namespace fs = std::filesystem;
    const fs::path list("/proc/self/fd");
    // Wine shows the directory, too, but what stands in it is Wine's own.
    if (fs::path::preferred_separator != '/' || !fs::exists(list)) return 0;
    return std::distance(fs::directory_iterator(list), fs::directory_iterator());
}

// Calls `scene` until it has run without a refusal.
template <class Scene>
void refuse_each(std::string_view name, Scene scene) {
    constexpr std::uint64_t most = 1'000;
    for (std::uint64_t nth = 1; nth <= most; ++nth) {
        std::ptrdiff_t open_before = open_descriptors();
        std::uint64_t before = allocations();
        Result<void> result = scene(nth);
        bool refused = allocations() >= before + nth;
        refuse(0);
        if (open_descriptors() != open_before) give_up(name, {Errc::too_many_files_open, 0});
        if (!refused) {
            expect(result, name);
            std::printf("ok: %.*s, with each of %llu allocations refused\n", static_cast<int>(name.size()), name.data(),
                        static_cast<unsigned long long>(nth - 1));
            std::fflush(stdout);
            return;
        }
        if (!result && result.error() != Errc::not_enough_memory) give_up(name, result.error());
    }
    give_up(name, {Errc::unexpected, 0});
}

template <class Body>
void refuse_each_of(const pier::EngineInfo& engine, std::string_view name, Body body) {
    refuse_each(name, [&](std::uint64_t nth) -> Result<void> {
        auto loop = make_loop(engine);
        refuse(nth);
        try {
            return loop->run(body());
        } catch (const std::bad_alloc&) {
            return pier::fail(Errc::not_enough_memory);
        }
    });
}

Result<void> create(const pier::EngineInfo& engine, std::uint64_t nth) {
    refuse(nth);
    try {
        auto loop = pier::Loop::create(engine);
        if (!loop) return pier::fail(loop.error());
        return {};
    } catch (const std::bad_alloc&) {
        return pier::fail(Errc::not_enough_memory);
    }
}

Task<void> nothing() { co_return; }

Task<Result<void>> spawning() {
    pier::TaskScope scope;
    bool refused = false;
    try {
        scope.spawn(nothing());
    } catch (const std::bad_alloc&) {
        refused = true;
    }
    expect(co_await scope.join(), "joining");
    if (refused) co_return pier::fail(Errc::not_enough_memory);
    co_return Result<void>();
}

Task<Result<void>> stop_requests() {
    auto requests = pier::StopRequests::open();
    if (!requests) co_return pier::fail(requests.error());
    co_return Result<void>();
}

Task<Result<void>> waiting_for_signals() {
    auto signals = pier::SignalSet::open({pier::Signal::interrupt, pier::Signal::terminate});
    if (!signals) co_return pier::fail(signals.error());
    auto came = co_await signals->next(after(1ms));
    if (!came && came.error() != Errc::timed_out) co_return pier::fail(came.error());
    co_return Result<void>();
}

Task<Result<void>> joining_a_thread() {
    auto thread = pier::Thread::start([] {}, {.name = "a name that needs memory of its own", .processors = {}});
    if (!thread) co_return pier::fail(thread.error());
    struct Joined {
        const pier::Thread& thread;
        ~Joined() { (void)thread.join_here(); }
    } at_the_end{*thread};
    co_return co_await thread->join();
}

Task<Result<void>> resolving(std::string_view host) {
    auto found = co_await pier::resolve(host, "80");
    if (!found) co_return pier::fail(found.error());
    co_return Result<void>();
}

Task<Result<void>> resolving_back() {
    auto found = co_await pier::resolve_name(pier::Endpoint::loopback(pier::Family::ipv4, 80));
    // A system without a name for it has had its memory.
    if (!found && found.error() != Errc::host_not_found) co_return pier::fail(found.error());
    co_return Result<void>();
}

template <class T>
Result<void> when_over(const Result<T>& result) {
    if (result || result.error() == Errc::timed_out) return {};
    return pier::fail(result.error());
}

Task<Result<void>> sleeping() {
    auto slept = co_await pier::sleep(after(1ms));
    co_return when_over(slept);
}

Task<Result<void>> waiting_for_an_event() {
    pier::Event event;
    auto came = co_await event.wait(after(1ms));
    co_return when_over(came);
}

// A join that finds no memory for its deadline gives up as at the deadline: the tasks go on.
Task<Result<void>> joining() {
    pier::Event event;
    pier::TaskScope scope;
    scope.spawn([](pier::Event& until) -> Task<void> { expect(co_await until.wait(), "waiting"); }(event));
    auto joined = co_await scope.join(after(1ms));
    if (scope.size() != 1) give_up("a join that gave up", {Errc::unexpected, 0});
    event.set();
    expect(co_await scope.join(), "joining");
    co_return when_over(joined);
}

Task<Result<void>> receiving() {
    auto socket = pier::Datagram::open(pier::Endpoint::loopback(pier::Family::ipv4));
    if (!socket) co_return pier::fail(socket.error());
    std::byte into[16];
    auto got = co_await socket->receive(into, after(1ms));
    co_return when_over(got);
}

}  // namespace

void shortage(const pier::EngineInfo& engine) {
    make_loop(engine).reset();  // libuv's first one opens what stays until the process ends
    refuse_each_of(engine, "a task spawned", spawning);
    refuse_each("a loop made", [&](std::uint64_t nth) { return create(engine, nth); });
    refuse_each_of(engine, "requests to stop awaited", stop_requests);
    refuse_each_of(engine, "signals awaited", waiting_for_signals);
    refuse_each_of(engine, "a thread joined", joining_a_thread);
    refuse_each_of(engine, "an address resolved", [] { return resolving("127.0.0.1"); });
    refuse_each_of(engine, "a name resolved", [] { return resolving("localhost"); });
    refuse_each_of(engine, "an address resolved to a name", resolving_back);
    refuse_each_of(engine, "a sleep", sleeping);
    refuse_each_of(engine, "an event with a deadline", waiting_for_an_event);
    refuse_each_of(engine, "a join with a deadline", joining);
    refuse_each_of(engine, "a receive with a deadline", receiving);
}

}  // namespace alloc
