// The command line of pier-compare.
#pragma once

#include "trace/trace_options.hpp"

#include <pier/behaviour/behaviour.hpp>
#include <pier/loop.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace compare {

using pier::behaviour::Behaviour;

inline constexpr std::string_view program = "pier-compare";

enum class Command : std::uint8_t { run, merge, diff, trace };
enum class Format : std::uint8_t { table, json, markdown, html, words, outcomes, catalogue };
enum class ColourChoice : std::uint8_t { automatic, always, never };

struct Options {
    Command command = Command::run;
    Format format = Format::table;
    std::optional<std::string> output;  // a file
    bool only_differences = false;
    std::size_t count = 10;  // of sentences
    ColourChoice colours = ColourChoice::automatic;
    std::size_t width = 120;
    // To run.
    std::string system = "this system";
    std::vector<const pier::EngineInfo*> engines;
    std::vector<const Behaviour*> behaviours;
    bool all_engines = true;  // none was named
    bool native = false;      // raw system calls, too
    bool models = false;      // instead of engines, the models of a server
    // To merge, or the older and the newer one to compare.
    std::vector<std::string> files;
    bool strict = false;  // each change counts
    TraceOptions trace;
};

// Either the options, or the exit status after everything has been said.
struct ParsedOptions {
    std::optional<Options> options;
    int status = 0;
};
[[nodiscard]] ParsedOptions parse_options(int argc, char** argv);

// What stands between the commas, each once.
[[nodiscard]] std::vector<std::string> names(const std::vector<std::string>& lists);

}  // namespace compare
