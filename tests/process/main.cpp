// Takes the arguments of its own out of the command line, the rest is doctest's.
#define DOCTEST_CONFIG_IMPLEMENT
#include "support.hpp"

#include "../support/follower.hpp"

#include <pier/sys/process.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace process_tests {
namespace {

std::string engine;
std::string helper_path;
std::string scratch;

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
        if (!support::take(argv[i], "--engine=", engine)) rest.push_back(argv[i]);
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
        support::Watchdog dog(150s);
        support::watchdog = &dog;
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

REGISTER_LISTENER("follower", 1, support::Follower);

int main(int argc, char** argv) { return process_tests::run(argc, argv); }
