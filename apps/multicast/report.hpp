// What is printed of a group, in words or in JSON.
#pragma once

#include "options.hpp"
#include "packet.hpp"
#include "senders.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace multicast {

// Each is what is to be printed, whole lines, in which a terminal finds nothing to obey.
class Report {
public:
    explicit Report(const Options& options) noexcept : options_(options) {}

    // It has begun. `port` is the sender's.
    [[nodiscard]] std::string begun(std::uint16_t port) const;
    // A datagram of so many bytes has come. `seen` is nothing where it has no number.
    [[nodiscard]] std::string came(const pier::Endpoint& from, std::size_t bytes, const std::optional<Packet>& packet,
                                   const std::optional<Sequence::Seen>& seen) const;
    [[nodiscard]] std::string statistics(const Senders& senders) const;
    [[nodiscard]] std::string sent(std::uint64_t count) const;

private:
    const Options& options_;
};

}  // namespace multicast
