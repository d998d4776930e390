// The command line of pier-sniff.
#pragma once

#include <pier/cli/client_options.hpp>
#include <pier/loop.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace sniff {

enum class TimeStamp : std::uint8_t {
    time_of_day,  // of UTC
    none,
    epoch,       // seconds since 1970
    since_last,  // since the packet before
    date_and_time,
    since_first,
};

enum class HexDump : std::uint8_t { none, digits, digits_and_letters };

struct Options {
    const pier::EngineInfo* engine = nullptr;
    std::optional<std::string> interface;
    std::string filter;  // empty: all packets
    bool show_filter = false;
    std::optional<std::string> read_from;  // a file, or "-"
    std::optional<std::string> write_to;   // likewise
    unsigned long long count = 0;          // 0 is no limit
    unsigned snap_length = 262'144;
    unsigned buffer_kib = 8 * 1024;
    bool promiscuous = true;
    TimeStamp time = TimeStamp::time_of_day;
    HexDump hex = HexDump::none;
    bool verbose = false;  // with a look at the checksums
    bool tree = false;     // all layers and fields
    bool follow = false;   // what is said in TCP connections, and no packets
    bool link_header = false;
    bool json = false;
    bool quiet = false;  // no line a packet
    bool line_buffered = false;
    bool statistics = false;
    bool list_interfaces = false;
};

[[nodiscard]] pier::OrStatus<Options> parse_options(int argc, char** argv);

}  // namespace sniff
