// Takes the arguments of its own out of the command line, the rest is doctest's.
#define DOCTEST_CONFIG_IMPLEMENT
#include "child.hpp"
#include "harness.hpp"
#include "misuse.hpp"
#include "more_cases.hpp"
#include "skips.hpp"

#include "../../support/follower.hpp"

#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace contract {
namespace {

Settings chosen;
// Longer than every deadline of a case, and than the slowest case under a sanitizer, or under Wine on a busy machine:
// there one process serves the receives of all.
std::chrono::seconds patience_of_watchdog() noexcept { return (under_wine() ? 120s : 30s) * chosen.patience; }

struct Follower : support::Follower {
    using support::Follower::Follower;
    void begin() override {
        begin_run();
        support::Follower::begin();
    }
    void test_case_skipped(const doctest::TestCaseData& data) override { note_left_out(data.m_name); }
};

// A whole number from 1 to a thousand, or 0.
int factor_of(std::string_view text) {
    int value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    bool whole = error == std::errc() && end == text.data() + text.size();
    return whole && value >= 1 && value <= 1000 ? value : 0;
}

int run(int argc, char** argv) {
    std::string patience = "1";
    std::string misuse;
    std::string child;
    if (const char* engine = std::getenv("PIER_ENGINE")) chosen.engine = engine;
    std::vector<const char*> rest;
    using support::take;
    for (int i = 0; i < argc; ++i) {
        std::string_view argument = argv[i];
        bool ours = take(argument, "--engine=", chosen.engine) || take(argument, "--system=", chosen.system) ||
                    take(argument, "--skips=", chosen.skips) || take(argument, "--patience=", patience) ||
                    take(argument, "--misuse=", misuse) || take(argument, "--child=", child);
        if (!ours) rest.push_back(argv[i]);
    }
    chosen.patience = factor_of(patience);
    if (chosen.patience == 0) {
        std::fprintf(stderr, "pier-contract: a patience is a factor from 1 to 1000, not \"%s\"\n", patience.c_str());
        return 2;
    }
    const pier::EngineInfo* engine = pier::find_engine(chosen.engine);
    if (engine == nullptr) {
        std::fprintf(stderr, "pier-contract: there is no engine \"%s\"\n", chosen.engine.c_str());
        return 2;
    }
    chosen.engine = engine->name;
    if (std::string obstacle = engine->probe(); !obstacle.empty()) {
        std::fprintf(stderr, "pier-contract: engine %s can't run here: %s\n", chosen.engine.c_str(), obstacle.c_str());
        return 2;
    }
    if (!misuse.empty()) return run_misuse != nullptr && run_misuse(misuse) ? 0 : 2;
    if (!child.empty()) return run_child != nullptr && run_child(child) ? 0 : 2;
    if (!chosen.skips.empty() && !read_deviations(chosen.skips)) return 2;
    if (register_more_cases != nullptr) register_more_cases();
    support::Watchdog dog(patience_of_watchdog());
    support::watchdog = &dog;
    doctest::Context context(static_cast<int>(rest.size()), rest.data());
    int status = context.run();
    if (context.shouldExit() || chosen.skips.empty()) return status;
    return as_listed(chosen.system, chosen.engine) ? status : 1;
}

}  // namespace

constinit RunMisuse run_misuse = nullptr;
constinit RunChild run_child = nullptr;
constinit RegisterMoreCases register_more_cases = nullptr;

const Settings& settings() noexcept { return chosen; }

std::string running_case() { return support::watchdog->name(); }

void skip(std::string_view reason) { note_skip(running_case(), reason); }

bool deviates(std::string_view outcome) {
    return note_deviation(chosen.system, chosen.engine, running_case(), outcome);
}

}  // namespace contract

REGISTER_LISTENER("follower", 1, contract::Follower);

int main(int argc, char** argv) { return contract::run(argc, argv); }
