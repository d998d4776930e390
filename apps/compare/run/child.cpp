#include "run/child.hpp"

#include "run/runner.hpp"

#include <pier/behaviour/behaviour.hpp>
#include <pier/cli/printable.hpp>
#include <pier/loop.hpp>
#include <pier/sys/process.hpp>
#include <pier/sys/socket.hpp>
#include <pier/tool/child_process.hpp>
#include <pier/tool/native_probe.hpp>

#include <algorithm>
#include <cstdio>
#include <stdexcept>

namespace compare {
namespace {

using pier::behaviour::Outcome;
using pier::spi::NativeVerdict;

NativeVerdict observe_native(std::string_view id) {
    const auto probes = pier::spi::native_probes();
    const auto probe = std::ranges::find(probes, id, &pier::spi::NativeProbe::id);
    if (probe == probes.end()) return {"n/a", "the question is one of Pier's own operations"};
    if (probe->run == nullptr) return {"n/a", std::string(probe->not_applicable)};
    try {
        NativeVerdict verdict = probe->run();
        if (pier::behaviour::is_outcome(verdict.outcome)) return verdict;
        return {std::string(name(Outcome::failed)), "\"" + verdict.outcome + "\" is no outcome"};
    } catch (const std::runtime_error& failure) {
        return {std::string(name(Outcome::failed)), failure.what()};
    }
}

NativeVerdict observe(std::string_view column, const Behaviour& behaviour, bool tells) {
    if (column == native) return observe_native(behaviour.id);
    if (!behaviour.steps) return {std::string(name(Outcome::not_applicable)), std::string(behaviour.not_applicable)};
    const pier::EngineInfo* engine = pier::find_engine(column);
    if (engine == nullptr) return {std::string(name(Outcome::failed)), "there is no such engine"};
    pier::behaviour::Verdict verdict = behaviour.steps(tells ? telling(*engine) : *engine);
    return {name(verdict.outcome), std::move(verdict.detail)};
}

}  // namespace

bool print_line(char sign, std::string_view text) {
    const std::string line = sign + std::string(text) + "\n";
    return std::fwrite(line.data(), 1, line.size(), stdout) == line.size() && std::fflush(stdout) == 0;
}

bool observe_for_parent(std::string_view column, std::string_view id, bool tells) {
    const Behaviour* behaviour = pier::behaviour::find_behaviour(id);
    if (behaviour == nullptr || !print_line(begins, id)) return false;
    const NativeVerdict verdict = observe(column, *behaviour, tells);
    if (tells && !print_line(further, std::to_string(untold()))) return false;
    return print_line(ended, verdict.outcome + "\t" + pier::printable(verdict.detail));
}

std::optional<int> run_as_child(int argc, char** argv) {
    const std::vector<std::string> arguments = pier::sys::arguments(argc, argv);
    if (arguments.size() != 4) return std::nullopt;
    const bool tells = arguments[1] == telling_child_word;
    if (!tells && arguments[1] != child_word) return std::nullopt;
    pier::sys::prepare_process();
    pier::sys::crash_at_once();
    if (!pier::sys::start_up()) return 1;
    const std::string_view ids = arguments[3];
    for (std::size_t at = 0; at < ids.size();) {
        const std::size_t end = std::min(ids.find(',', at), ids.size());
        if (!observe_for_parent(arguments[2], ids.substr(at, end - at), tells)) return 1;
        at = end + 1;
    }
    return 0;
}

}  // namespace compare
