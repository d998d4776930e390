// Takes the arguments of its own out of the command line, the rest is doctest's.
#define DOCTEST_CONFIG_IMPLEMENT
#include "support.hpp"

#include <pier/sys/process.hpp>

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <string_view>
#include <thread>

namespace process_tests {
namespace {

std::string engine;
std::string helper_path;
std::string scratch;

// Ends the process when a case hangs, with the case's name.
class Watchdog {
public:
    Watchdog() : thread_([this] { watch(); }) {}
    Watchdog(const Watchdog&) = delete;
    ~Watchdog() {
        progress({});
        {
            std::lock_guard lock(mutex_);
            over_ = true;
        }
        changed_.notify_one();
        thread_.join();
    }
    void progress(std::string_view name) {
        std::lock_guard lock(mutex_);
        name_ = name;
        ++beat_;
        changed_.notify_one();
    }

private:
    void watch() {
        std::unique_lock lock(mutex_);
        while (!over_) {
            const unsigned seen = beat_;
            if (changed_.wait_for(lock, 150s, [&] { return over_ || beat_ != seen; }) || name_.empty()) continue;
            std::fprintf(stderr, "watchdog: \"%s\" hangs\n", name_.c_str());
            std::fflush(stderr);
            std::abort();
        }
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::string name_;  // empty: nothing runs
    unsigned beat_ = 0;
    bool over_ = false;
    std::thread thread_;
};

Watchdog* watchdog = nullptr;

struct Follower : doctest::IReporter {
    explicit Follower(const doctest::ContextOptions&) {}
    void report_query(const doctest::QueryData&) override {}
    void test_run_start() override {}
    void test_run_end(const doctest::TestRunStats&) override {}
    void test_case_start(const doctest::TestCaseData& data) override { watchdog->progress(data.m_name); }
    void test_case_reenter(const doctest::TestCaseData& data) override { watchdog->progress(data.m_name); }
    void test_case_end(const doctest::CurrentTestCaseStats&) override { watchdog->progress({}); }
    void test_case_exception(const doctest::TestCaseException&) override {}
    void subcase_start(const doctest::SubcaseSignature&) override {}
    void subcase_end() override {}
    void log_assert(const doctest::AssertData&) override {}
    void log_message(const doctest::MessageData&) override {}
    void test_case_skipped(const doctest::TestCaseData&) override {}
};

std::string utf8(const std::filesystem::path& path) {
    const auto text = path.u8string();
    return {text.begin(), text.end()};
}

std::filesystem::path path_of(const std::string& text) {
    return std::filesystem::path(std::u8string(text.begin(), text.end()));
}

int run(int argc, char** argv) {
    pier::sys::prepare_process();
    std::vector<const char*> rest;
    for (int i = 0; i < argc; ++i) {
        const std::string_view argument = argv[i];
        constexpr std::string_view name = "--engine=";
        if (argument.starts_with(name)) {
            engine = argument.substr(name.size());
        } else {
            rest.push_back(argv[i]);
        }
    }
    const auto own = std::filesystem::absolute(path_of(pier::sys::arguments(argc, argv).at(0)));
    helper_path = utf8(own.parent_path() / ("pier-process-helper" + utf8(own.extension())));
    const auto* chosen = pier::find_engine(engine);
    if (chosen == nullptr || !chosen->probe().empty()) {
        std::fprintf(stderr, "pier-test-process: there is no engine \"%s\" here\n", engine.c_str());
        return 2;
    }
    // With a name that asks for care: spaces, and letters beyond ASCII.
    std::error_code failure;
    const auto base = std::filesystem::temp_directory_path(failure);
    const auto mark = std::chrono::steady_clock::now().time_since_epoch().count();
    const auto place = base / path_of("pier-process-\u00e4 " + std::to_string(mark));
    if (failure || !std::filesystem::create_directory(place, failure)) {
        std::fprintf(stderr, "pier-test-process: no folder for its files\n");
        return 2;
    }
    scratch = utf8(place / "");
    int status = 0;
    {
        Watchdog dog;
        watchdog = &dog;
        status = doctest::Context(static_cast<int>(rest.size()), rest.data()).run();
    }
    std::filesystem::remove_all(place, failure);
    return status;
}

}  // namespace

std::unique_ptr<pier::Loop> make_loop() {
    auto loop = pier::Loop::create(engine);
    REQUIRE(outcome(loop) == pier::Errc::ok);
    return std::move(*loop);
}

const std::string& helper() { return helper_path; }
const std::string& folder() { return scratch; }

void write_file(const std::string& path, const std::string& text) {
    std::ofstream file(path_of(path), std::ios::binary);
    file << text;
    file.close();
    REQUIRE(file.good());
}

std::string read_file(const std::string& path) {
    std::ifstream file(path_of(path), std::ios::binary);
    REQUIRE(file.good());
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace process_tests

REGISTER_LISTENER("follower", 1, process_tests::Follower);

int main(int argc, char** argv) { return process_tests::run(argc, argv); }
