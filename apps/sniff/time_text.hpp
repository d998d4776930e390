// Points in time as tcpdump(1) writes them.
#pragma once

#include "options.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace sniff {

// Adds the time of each packet to its line. One thread.
class TimeText {
public:
    explicit TimeText(TimeStamp stamp) noexcept : stamp_(stamp) {}

    // The text and a blank, or nothing where no time is wanted. `time_ns` is since 1970; a packet without a time has
    // dashes in its place.
    void add(std::string& line, std::optional<std::uint64_t> time_ns);

private:
    TimeStamp stamp_;
    std::optional<std::uint64_t> first_;
    std::optional<std::uint64_t> last_;
};

}  // namespace sniff
