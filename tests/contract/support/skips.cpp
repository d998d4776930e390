#include "skips.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <mutex>
#include <set>

namespace contract {
namespace {

std::mutex mutex;
std::set<std::string> noted;     // "CASE: REASON"
std::set<std::string> left_out;  // "CASE: "

}  // namespace

void note_skip(std::string_view name, std::string_view reason) {
    std::lock_guard lock(mutex);
    std::string line = std::string(name) + ": " + std::string(reason);
    if (!noted.insert(line).second) return;
    std::printf("skip: %s\n", line.c_str());
    std::fflush(stdout);
}

void note_left_out(std::string_view name) {
    std::lock_guard lock(mutex);
    left_out.insert(std::string(name) + ": ");
}

bool skips_as_expected(const std::string& file, std::string_view system, std::string_view engine) {
    std::ifstream input(file);
    if (!input) {
        std::printf("skips: can't read %s\n", file.c_str());
        return false;
    }
    std::string prefix = std::string(system) + " " + std::string(engine) + " ";
    std::set<std::string> expected;
    for (std::string line; std::getline(input, line);) {
        if (!line.empty() && line.back() == '\r') line.pop_back();
        if (line.starts_with(prefix)) expected.insert(line.substr(prefix.size()));
    }
    std::lock_guard lock(mutex);
    std::erase_if(expected, [](const std::string& line) {
        return std::ranges::any_of(left_out, [&](const std::string& name) { return line.starts_with(name); });
    });
    auto difference = [&](const std::set<std::string>& of, const std::set<std::string>& to, const char* sentence) {
        std::set<std::string> rest;
        std::set_difference(of.begin(), of.end(), to.begin(), to.end(), std::inserter(rest, rest.end()));
        for (const std::string& line : rest) std::printf("skips: %s: %s%s\n", sentence, prefix.c_str(), line.c_str());
        return !rest.empty();
    };
    bool news = difference(noted, expected, "not in the list of expected ones");
    bool gone = difference(expected, noted, "expected, but the case runs now");
    return !news && !gone;
}

}  // namespace contract
