// Many threads start processes at once, and no child holds what is another's.
#include "support.hpp"

#include <mutex>
#include <thread>

using namespace process_tests;

TEST_CASE("threads: eight start processes at once, and each one's pipe ends with it") {
    constexpr int threads = 8;
    constexpr int each = 2;
    auto options = helping({"stay", "ready"});
    options.input = options.output = Redirect::pipe();
    std::mutex mutex;
    std::vector<Process> all;
    std::vector<std::thread> starters;
    for (int i = 0; i < threads; ++i) {
        starters.emplace_back([&] {
            for (int round = 0; round < each; ++round) {
                auto process = Process::spawn(options);
                std::lock_guard lock(mutex);
                if (process) all.push_back(std::move(*process));
            }
        });
    }
    for (std::thread& starter : starters) starter.join();
    REQUIRE(all.size() == threads * each);
    // All live. Whoever had inherited a copy of one's input would keep it alive, and one of its output the pipe open.
    for (Process& process : all) {
        process.input().close();
        auto text = process.output().read_all(100, after(patience));
        REQUIRE(outcome(text) == Errc::ok);
        CHECK(*text == "ready");
        expect_success(process);
    }
}
