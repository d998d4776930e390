// Threads with stacks of a chosen size, which the models of a server start.
#include <pier/sys/thread.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <cstddef>
#include <memory>
#include <vector>

using pier::sys::Thread;

namespace {

// Writes to every page of that much stack.
std::size_t use_stack(std::size_t bytes) {
    volatile std::byte page[4096];
    for (std::size_t i = 0; i < sizeof page; i += 512) page[i] = std::byte{1};
    const auto first = static_cast<std::size_t>(page[0]);
    return bytes <= sizeof page ? first : first + use_stack(bytes - sizeof page);
}

}  // namespace

TEST_CASE("thread: its body has run when it is joined, on a stack of the size that was asked for") {
    for (std::size_t stack : {std::size_t{0}, std::size_t{1}, std::size_t{256} << 10, std::size_t{4} << 20}) {
        CAPTURE(stack);
        std::size_t used = 0;
        // Of the smallest stack that the system has a sanitizer leaves little.
        const std::size_t wanted = stack < (std::size_t{256} << 10) ? 0 : stack / 2;
        auto thread = Thread::start(stack, [&] { used = wanted == 0 ? 1 : use_stack(wanted); });
        REQUIRE(thread.has_value());
        CHECK(thread->joinable());
        thread->join();
        CHECK_FALSE(thread->joinable());
        CHECK(used > 0);
    }
}

TEST_CASE("thread: what it was given goes when its body has run, and it can be moved") {
    std::atomic<int> runs = 0;
    auto shared = std::make_shared<int>(7);
    std::vector<Thread> threads;
    for (int i = 0; i < 20; ++i) {
        auto thread = Thread::start(std::size_t{256} << 10, [&runs, shared] { runs += *shared; });
        REQUIRE(thread.has_value());
        threads.push_back(std::move(*thread));
    }
    for (Thread& thread : threads) thread.join();
    CHECK(runs == 140);
    CHECK(shared.use_count() == 1);
}
