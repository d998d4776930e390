#include "skips.hpp"

#include <pier/behaviour/deviations.hpp>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <mutex>
#include <optional>
#include <set>

namespace contract {
namespace {

using pier::behaviour::Deviation;

std::mutex mutex;
std::optional<std::vector<Deviation>> of_file;
std::set<std::string> noted;                  // "CASE: REASON", "CASE = OUTCOME: REASON"
std::set<std::string, std::less<>> left_out;  // names of cases

const std::vector<Deviation>& list() { return of_file ? *of_file : pier::behaviour::deviations(); }

std::string text_of(std::string_view name, std::string_view outcome, std::string_view reason) {
    std::string text(name);
    if (!outcome.empty()) text += " = " + std::string(outcome);
    return text + ": " + std::string(reason);
}

void note(const char* word, std::string text) {
    std::lock_guard lock(mutex);
    const auto [line, is_new] = noted.insert(std::move(text));
    if (!is_new) return;
    std::printf("%s: %s\n", word, line->c_str());
    std::fflush(stdout);
}

}  // namespace

bool read_deviations(const std::string& file) {
    std::ifstream input(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(input), std::istreambuf_iterator<char>()};
    if (!input) {
        std::fprintf(stderr, "pier-contract: can't read %s\n", file.c_str());
        return false;
    }
    of_file = pier::behaviour::parse_deviations(text);
    const auto wrong = std::ranges::find(*of_file, std::string(), &Deviation::name);
    if (wrong == of_file->end()) return true;
    std::fprintf(stderr, "pier-contract: %s has a line \"%s\"\n", file.c_str(), wrong->reason.c_str());
    return false;
}

void note_skip(std::string_view name, std::string_view reason) { note("skip", text_of(name, {}, reason)); }

bool note_deviation(std::string_view system, std::string_view engine, std::string_view name, std::string_view outcome) {
    const auto found = std::ranges::find_if(list(), [&](const Deviation& each) {
        return each.name == name && each.outcome == outcome && each.concerns(system, engine);
    });
    if (found == list().end()) return false;
    note("deviates", text_of(name, outcome, found->reason));
    return true;
}

void note_left_out(std::string_view name) {
    std::lock_guard lock(mutex);
    left_out.emplace(name);
}

bool as_listed(std::string_view system, std::string_view engine) {
    std::lock_guard lock(mutex);
    std::set<std::string> expected;
    for (const Deviation& each : list()) {
        if (!each.concerns(system, engine) || left_out.contains(each.name)) continue;
        expected.insert(text_of(each.name, each.outcome, each.reason));
    }
    auto difference = [&](const std::set<std::string>& of, const std::set<std::string>& to, const char* sentence) {
        std::set<std::string> rest;
        std::set_difference(of.begin(), of.end(), to.begin(), to.end(), std::inserter(rest, rest.end()));
        for (const std::string& line : rest) {
            std::printf("skips: %s: %s %s %s\n", sentence, std::string(system).c_str(), std::string(engine).c_str(),
                        line.c_str());
        }
        return !rest.empty();
    };
    const bool news = difference(noted, expected, "not in the list of deviations");
    const bool gone = difference(expected, noted, "in the list of deviations, but the case holds now");
    return !news && !gone;
}

}  // namespace contract
