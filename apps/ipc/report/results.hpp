// What was measured.
#pragma once

#include "kind.hpp"

#include <pier/cli/latency.hpp>
#include <pier/time.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ipc {

// How both processes waited.
struct Waiting {
    std::string_view engine;
    pier::Duration busy_poll;
};

// Messages of one size in one direction, in several runs of the same length.
struct Series {
    Load load;                    // of each run
    std::vector<double> seconds;  // of each run
    // Of the run in the middle.
    [[nodiscard]] double messages_per_second() const;
    [[nodiscard]] double bytes_per_second() const { return messages_per_second() * static_cast<double>(load.size); }
};

// By Pier, and by bare system calls where those were measured, too.
struct Throughput {
    std::size_t size = 0;
    // To the second process, and from it.
    std::array<Series, 2> pier;
    std::array<Series, 2> raw;
};
struct Latencies {
    pier::Latency pier;
    pier::Latency raw;
};

struct KindReport {
    const Kind* kind = nullptr;
    std::string absent;        // why this system has not got it; empty: it has
    std::string fault;         // what went wrong; empty: nothing
    bool interrupted = false;  // by the user
    bool raw = false;          // bare system calls were measured, too
    std::vector<Throughput> throughput;
    std::optional<Latencies> latencies;
};

// Both directions together: as many messages each way, one after the other.
[[nodiscard]] double both_ways(const std::array<Series, 2>& series);
// How much of the speed of bare system calls Pier has: 1 is all of it. Of the pairs of runs, each of which was one
// after the other, the one in the middle; so what else the machine did concerns both.
[[nodiscard]] double ratio(const Throughput& throughput);
[[nodiscard]] double ratio(const Latencies& latencies);

}  // namespace ipc
