// Which addresses are asked. No I/O; any thread.
#pragma once

#include "schedule.hpp"

#include <pier/socket/interfaces.hpp>

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace arp_scan {

// More are asked with --force alone: those of a /16.
inline constexpr std::size_t most_unforced = 65536;
// And never more than these.
inline constexpr std::size_t most_targets = std::size_t{1} << 20;

struct TargetRange {
    Ipv4Number first = 0, last = 0;  // both included
    friend bool operator==(const TargetRange&, const TargetRange&) noexcept = default;
};

// "192.0.2.0/24" (without the network's own address and the broadcast), "192.0.2.1-192.0.2.9", "192.0.2.1-9",
// "192.0.2.1". The error is a sentence.
[[nodiscard]] std::expected<TargetRange, std::string> read_target(std::string_view word);

// The prefixes of the interface's addresses of IPv4.
[[nodiscard]] std::vector<TargetRange> own_prefixes(const pier::Interface& interface);

// The addresses of all ranges in their order, each once, without those that the interface has itself. The error is a
// sentence about too many of them.
[[nodiscard]] std::expected<std::vector<Ipv4Number>, std::string> targets_of(const std::vector<TargetRange>& ranges,
                                                                             const pier::Interface& interface,
                                                                             bool force);

// Who asks for a target: the interface's own address in the prefix that the target is in, else its first one, else
// 0.0.0.0.
class Senders {
public:
    explicit Senders(const pier::Interface& interface);
    // The same address for all of them; 0 is a probe.
    explicit Senders(Ipv4Number address) : always_(address) {}

    [[nodiscard]] Ipv4Number sender_for(Ipv4Number target) const noexcept;

private:
    struct Own {
        Ipv4Number address = 0;
        Ipv4Number mask = 0;
    };
    std::vector<Own> own_;
    std::optional<Ipv4Number> always_;
};

}  // namespace arp_scan
