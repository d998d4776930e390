// The command line of pier-lookup.
#pragma once

#include <pier/cli/client_options.hpp>
#include <pier/loop.hpp>
#include <pier/socket/look_up.hpp>
#include <pier/time.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lookup {

inline constexpr std::string_view program = "pier-lookup";

// From names to addresses, from addresses to names, or to the port of a service alone.
enum class Mode : std::uint8_t { forward, reverse, service };

struct Options {
    const pier::EngineInfo* engine = nullptr;
    Mode mode = Mode::forward;
    std::vector<std::string> words;  // names or addresses; "-" is standard input
    std::vector<std::string> files;  // the same
    pier::LookUp question;           // but for the host
    bool both_types = false;         // streams and datagrams, and which one is said
    bool json = false;
    std::size_t parallel = 4;
    pier::Duration patience{};
};

[[nodiscard]] pier::OrStatus<Options> parse_options(int argc, char** argv);

}  // namespace lookup
