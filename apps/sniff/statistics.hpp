// What the packets were, in sum.
#pragma once

#include "packet.hpp"

#include <pier/packet/dissect.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace sniff {

// One thread.
class Statistics {
public:
    void add(const Packet& packet, const pier::packet::Dissection& dissection);
    // A table of the protocols, and of those who sent most, as lines.
    [[nodiscard]] std::string text() const;

private:
    struct Sum {
        std::uint64_t packets = 0;
        std::uint64_t bytes = 0;
    };
    // Further ones count together: a flood of made-up addresses must not take memory without end.
    static constexpr std::size_t most_pairs = 10'000;

    Sum all_;
    std::map<std::string, Sum, std::less<>> protocols_;  // of the innermost layer that is known
    std::map<std::string, Sum, std::less<>> pairs_;      // "from > to"
    Sum other_pairs_;
};

}  // namespace sniff
