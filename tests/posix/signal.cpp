// What signals do on POSIX before, while and after a set is open, in this process and in its children.
#include "../unit/sanitizer.hpp"
#include "child.hpp"
#include "engine.hpp"
#include "harness.hpp"

#include <pier/loop.hpp>
#include <pier/signal.hpp>
#include <pier/sys/signal.hpp>

#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <initializer_list>
#include <thread>

using namespace std::chrono_literals;
using pier::after;
using pier::Errc;
using pier::Signal;
using pier::SignalSet;
using pier::Task;

namespace {

constexpr pier::Duration limit = 10s;

void on_loop(Task<void> body) {
    auto loop = pier::Loop::create(posix::engine());
    REQUIRE(loop.has_value());
    (*loop)->run(std::move(body));
}

SignalSet open_set(std::initializer_list<Signal> signals) {
    auto set = SignalSet::open(signals);
    REQUIRE(set.has_value());
    return std::move(*set);
}

Errc refusal(Signal signal) {
    auto set = SignalSet::open({signal});
    return set ? Errc::ok : set.error().condition;
}

// How many of it have come and are not taken.
Task<int> count(SignalSet& set) {
    int times = 0;
    for (;;) {
        auto came = co_await set.next(after(times == 0 ? limit : 20ms));
        if (!came) co_return times;
        ++times;
    }
}

// While it lives, a handler, or SIG_IGN, holds for a signal.
class Disposition {
public:
    Disposition(int number, void (*handler)(int), int flags = 0) : number_(number) {
        struct sigaction action {};
        action.sa_handler = handler;
        action.sa_flags = flags;
        sigemptyset(&action.sa_mask);
        REQUIRE(sigaction(number, &action, &before_) == 0);
    }
    Disposition(const Disposition&) = delete;
    ~Disposition() { (void)sigaction(number_, &before_, nullptr); }

private:
    int number_;
    struct sigaction before_ {};
};

bool has_handler(int number, void (*handler)(int)) {
    struct sigaction now {};
    REQUIRE(sigaction(number, nullptr, &now) == 0);
    return now.sa_handler == handler;
}

// 0, or where it has failed.
int hear_of_one() {
    auto loop = pier::Loop::create(posix::engine());
    if (!loop) return 1;
    auto body = []() -> Task<int> {
        auto mine = SignalSet::open({Signal::user_1});
        if (!mine || !pier::raise_signal(Signal::user_1)) co_return 2;
        auto came = co_await mine->next(after(limit));
        const bool is_it = came.has_value() && *came == Signal::user_1;
        co_return is_it ? 0 : 3;
    };
    return (*loop)->run(body());
}

volatile std::sig_atomic_t heard = 0;
void hear(int) { heard = heard + 1; }

// The thread sanitizer puts handlers off till the next call that it knows, keeps one of each signal till then, and none
// for a child that was forked where there are threads.
bool puts_handlers_off() {
    if (PIER_TEST_THREAD_SANITIZER != 0) contract::skip("the thread sanitizer puts handlers off");
    return PIER_TEST_THREAD_SANITIZER != 0;
}

}  // namespace

TEST_CASE("signal: a set takes a handler's place, and gives it back") {
    const Disposition mine(SIGUSR1, hear);
    heard = 0;
    auto body = []() -> Task<void> {
        {
            SignalSet set = open_set({Signal::user_1});
            SignalSet second = open_set({Signal::user_1});
            CHECK_FALSE(has_handler(SIGUSR1, hear));
            CHECK(pier::send_signal(static_cast<std::uint64_t>(getpid()), Signal::user_1).has_value());
            auto came = co_await set.next(after(limit));
            REQUIRE(came.has_value());
            CHECK(*came == Signal::user_1);
            CHECK(heard == 0);
        }
        CHECK(has_handler(SIGUSR1, hear));
        CHECK(pier::raise_signal(Signal::user_1).has_value());
        CHECK(heard == 1);
    };
    on_loop(body());
}

TEST_CASE("signal: a handler that comes while a set is open stays, and may give the set's back") {
    if (puts_handlers_off()) return;
    auto body = []() -> Task<void> {
        auto set = SignalSet::open({Signal::user_2});
        REQUIRE(set.has_value());
        heard = 0;
        {
            const Disposition newer(SIGUSR2, hear);
            set = SignalSet::open({Signal::user_1});
            CHECK(has_handler(SIGUSR2, hear));
        }
        // What is in force again is a handler of nobody: the signal does what it did before the set.
        posix::Child child([] {
            (void)pier::raise_signal(Signal::user_2);
            return 0;
        });
        CHECK(child.status() == 128 + SIGUSR2);
        // A set that is opened then hears of it.
        set = SignalSet::open({Signal::user_2});
        REQUIRE(set.has_value());
        CHECK(pier::raise_signal(Signal::user_2).has_value());
        const int set_times = co_await count(*set);
        CHECK(set_times == 1);
        set = SignalSet::open({Signal::user_1});
        CHECK(has_handler(SIGUSR2, SIG_DFL));
        CHECK(heard == 0);
    };
    on_loop(body());
}

TEST_CASE("signal: interrupt and hang-up stay ignored where the process was started so") {
    for (const int number : {SIGINT, SIGHUP}) {
        const Disposition ignored(number, SIG_IGN);
        auto body = [](int which) -> Task<void> {
            SignalSet set = open_set({pier::sys::signal_by_number(which), Signal::user_1});
            CHECK(has_handler(which, SIG_IGN));
            CHECK(raise(which) == 0);
            CHECK(raise(SIGUSR1) == 0);
            auto came = co_await set.next(after(limit));
            REQUIRE(came.has_value());
            CHECK(*came == Signal::user_1);
        };
        on_loop(body(number));
        CHECK(has_handler(number, SIG_IGN));
    }
}

TEST_CASE("signal: a handler for the ends of children is called beside the set, in every order") {
    heard = 0;
    auto end_a_child = [] {
        posix::Child child([] { return 3; });
        CHECK(child.status() == 3);
    };
    auto body = [&]() -> Task<void> {
        const Disposition older(SIGCHLD, hear, SA_NOCLDSTOP);
        auto set = SignalSet::open({Signal::child_ended});
        REQUIRE(set.has_value());
        end_a_child();
        auto came = co_await set->next(after(limit));
        REQUIRE(came.has_value());
        CHECK(*came == Signal::child_ended);
        CHECK(heard == 1);
        // Two that call each other once: neither for ever.
        struct sigaction ours {};
        REQUIRE(sigaction(SIGCHLD, nullptr, &ours) == 0);
        static void (*before)(int, siginfo_t*, void*) = nullptr;
        before = ours.sa_sigaction;
        struct sigaction over {};
        over.sa_flags = SA_SIGINFO;
        sigemptyset(&over.sa_mask);
        over.sa_sigaction = [](int number, siginfo_t* info, void* machine) {
            heard = heard + 10;
            before(number, info, machine);
        };
        REQUIRE(sigaction(SIGCHLD, &over, nullptr) == 0);
        set = SignalSet::open({Signal::user_1});
        set = SignalSet::open({Signal::child_ended});
        REQUIRE(set.has_value());
        heard = 0;
        end_a_child();
        const int set_times = co_await count(*set);
        CHECK(set_times == 1);
        CHECK(heard == 10);
        set = SignalSet::open({Signal::user_1});
    };
    on_loop(body());
}

TEST_CASE("signal: children whose ends are ignored leave no zombie while a set is open") {
    const Disposition ignored(SIGCHLD, SIG_IGN);
    auto body = []() -> Task<void> {
        SignalSet set = open_set({Signal::child_ended});
        const pid_t child = fork();
        if (child == 0) _exit(0);
        REQUIRE(child > 0);
        const int set_times = co_await count(set);
        CHECK(set_times == 1);
        CHECK(waitpid(child, nullptr, 0) == -1);
        CHECK(errno == ECHILD);
    };
    on_loop(body());
}

TEST_CASE("signal: standard ones merge while they are pending, real-time ones queue") {
    if (puts_handlers_off()) return;
    auto body = []() -> Task<void> {
        const Signal real_time = pier::sys::signal_by_number(SIGRTMIN + 3);
        SignalSet standard = open_set({Signal::user_1});
        SignalSet queued = open_set({real_time});
        sigset_t blocked;
        sigset_t before;
        sigemptyset(&blocked);
        sigaddset(&blocked, SIGUSR1);
        sigaddset(&blocked, SIGRTMIN + 3);
        REQUIRE(pthread_sigmask(SIG_BLOCK, &blocked, &before) == 0);
        // To this thread: another one would take them at once.
        for (int i = 0; i < 50; ++i) {
            CHECK(raise(SIGUSR1) == 0);
            CHECK(raise(SIGRTMIN + 3) == 0);
        }
        REQUIRE(pthread_sigmask(SIG_SETMASK, &before, nullptr) == 0);
        const int standard_times = co_await count(standard);
        CHECK(standard_times == 1);
        const int queued_times = co_await count(queued);
        CHECK(queued_times == 50);
    };
    on_loop(body());
}

TEST_CASE("signal: a child that was forked has none of its parent's sets, and may open its own") {
    if (puts_handlers_off()) return;
    auto body = []() -> Task<void> {
        SignalSet set = open_set({Signal::user_1, Signal::hang_up});
        posix::Child plain([] {
            (void)raise(SIGUSR1);
            return 0;
        });
        CHECK(plain.status() == 128 + SIGUSR1);
        posix::Child own([] {
            int status = 1;
            // This thread is still inside of the parent's loop.
            std::thread([&status] { status = hear_of_one(); }).join();
            if (status == 0) (void)raise(SIGHUP);
            return status;
        });
        CHECK(own.status() == 128 + SIGHUP);
        auto came = co_await set.next(after(10ms));
        CHECK_FALSE(came.has_value());
    };
    on_loop(body());
}

TEST_CASE("signal: what can't be handled is refused") {
    auto body = []() -> Task<void> {
        for (const int number : {SIGKILL, SIGSTOP, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGRTMAX + 1}) {
            CAPTURE(number);
            CHECK(refusal(pier::sys::signal_by_number(number)) == Errc::invalid_argument);
        }
        CHECK(refusal(Signal::user_1) == Errc::ok);
        auto gone = [] {
            posix::Child child([] { return 0; });
            CHECK(child.status() == 0);
            return pier::send_signal(static_cast<std::uint64_t>(child.id()), Signal::user_1);
        };
        auto sent = gone();
        REQUIRE_FALSE(sent.has_value());
        CHECK(sent.error().condition == Errc::no_such_process);
        co_return;
    };
    on_loop(body());
}
