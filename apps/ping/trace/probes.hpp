// The probes of a trace, and which packets tell of them. No I/O; any thread, one at a time.
#pragma once

#include "options.hpp"
#include "statistics.hpp"

#include <pier/raw.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace ping {

// What probes are known by. The number of a probe, from 0 on, is added to the first port, or is its sequence number.
struct TraceQuestion {
    static constexpr std::uint16_t first_port = 33434;

    pier::Endpoint target;  // port 0
    Method method = Method::udp;
    std::uint16_t identifier = 0;  // of ICMP; of UDP the source port
};

struct TraceAnswer {
    std::size_t probe = 0;
    bool is_end = false;  // the target has answered, or nothing comes further
    std::string remark;   // "!H" and the like, or empty
};

// Nothing for a packet about none of these probes. Looks at every length, number and address.
[[nodiscard]] std::optional<TraceAnswer> read_trace_answer(const pier::RawPacket& packet, const TraceQuestion& question,
                                                           std::size_t probes);

}  // namespace ping
