// What a run came to.
#pragma once

#include <pier/cli/latency.hpp>

#include <cstdint>

namespace echo_client {

// Of datagrams alone.
struct DatagramTally {
    std::uint64_t sent = 0;        // all of them, those that were sent again among them
    std::uint64_t sent_again = 0;  // for want of an answer
    std::uint64_t lost = 0;        // no answer ever came
    std::uint64_t late = 0;        // the answer came when it was no longer waited for, behind later ones
    std::uint64_t duplicates = 0;  // an answer that had come already
    std::uint64_t foreign = 0;     // none of this run's, or of somebody else
};

// What all connections of a run share.
struct Tally {
    pier::Latency latency;
    std::uint64_t messages = 0;
    std::uint64_t bytes = 0;
    DatagramTally datagrams;
    bool failed = false;  // it has been said why
};

}  // namespace echo_client
