// The command line of `pier-compare trace`.
#pragma once

#include "trace/trace_text.hpp"

#include <pier/behaviour/behaviour.hpp>
#include <pier/cli/command_line.hpp>
#include <pier/loop.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace compare {

using pier::behaviour::Behaviour;

enum class TraceFormat : std::uint8_t { text, json, html };

struct TraceOptions {
    // To run; or the files to put together, where there are any.
    const Behaviour* probe = nullptr;
    std::vector<const pier::EngineInfo*> engines;
    std::string system = "this system";
    std::vector<std::string> files;

    TraceFormat format = TraceFormat::text;
    bool times = false;
};

class TraceCommand {
public:
    // Adds the subcommand: all but where the output goes, and its looks.
    explicit TraceCommand(pier::CommandLine& app);

    [[nodiscard]] pier::CommandLine& command() noexcept { return *command_; }
    // After parsing. Nothing when the words make no sense together, which has been said.
    [[nodiscard]] std::optional<TraceOptions> take();

private:
    bool choose_probe();
    bool choose_engines();

    pier::CommandLine* command_;
    TraceOptions options_;
    std::string probe_;
    std::string format_ = "text";
    std::vector<std::string> engine_lists_;
};

}  // namespace compare
