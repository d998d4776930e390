// The command line of pier-arp-scan.
#pragma once

#include "schedule.hpp"
#include "targets.hpp"

#include <pier/cli/client_options.hpp>
#include <pier/loop.hpp>

#include <optional>
#include <string>
#include <vector>

namespace arp_scan {

struct Options {
    const pier::EngineInfo* engine = nullptr;
    std::optional<std::string> interface;
    std::vector<TargetRange> ranges;  // empty: the interface's own prefixes
    bool force = false;
    Pace pace;
    std::optional<Ipv4Number> source;  // 0 is a probe
    std::vector<std::string> vendor_files;
    bool quiet = false;  // no vendors
    bool plain = false;  // the hosts alone
    bool json = false;
    bool watch = false;
    pier::Duration every{};  // from the begin of a scan to the next one's
};

[[nodiscard]] pier::OrStatus<Options> parse_options(int argc, char** argv);

// "256000", "64K", "1.5M": bits per second, K and M are decimal. Nothing for what is no positive number.
[[nodiscard]] std::optional<double> read_bandwidth(std::string_view text);

// The time that one request takes of it, with 64 bytes for each: the shortest frame of Ethernet (IEEE 802.3), with its
// checksum.
[[nodiscard]] pier::Duration interval_of(double bits_per_second);

}  // namespace arp_scan
