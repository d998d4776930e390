// The command line of pier-nc.
#pragma once

#include "ports.hpp"

#include <pier/cli/client_options.hpp>
#include <pier/endpoint.hpp>
#include <pier/loop.hpp>
#include <pier/time.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nc {

inline constexpr std::string_view program = "pier-nc";

enum class Mode : std::uint8_t { connect, listen, scan };

struct Options {
    const pier::EngineInfo* engine = nullptr;
    Mode mode = Mode::connect;
    bool datagrams = false;    // -u
    bool unix_domain = false;  // -U: `host` is the path
    bool keep = false;         // -k
    bool finish = false;       // -N, or -q
    bool numeric = false;      // -n
    bool no_input = false;     // -d
    bool verbose = false;      // -v
    pier::Family family = pier::Family::unspecified;
    std::optional<pier::Duration> patience;  // -w
    std::optional<pier::Duration> quit;      // -q
    std::string host;                        // empty: any address of this machine, to listen on
    std::vector<PortRange> ports;            // none for Unix-domain sockets
    std::string source;                      // -s; empty without one
    std::uint16_t source_port = 0;           // -p
    std::uint64_t at_once = 1;               // connects of a scan
};

[[nodiscard]] pier::OrStatus<Options> parse_options(int argc, char** argv);

}  // namespace nc
