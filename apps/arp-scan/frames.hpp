// The frames of a scan: requests, and what others say. No I/O; any thread.
#pragma once

#include "schedule.hpp"

#include <pier/link/filter.hpp>
#include <pier/packet/arp.hpp>
#include <pier/packet/ethernet.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <span>

namespace arp_scan {

[[nodiscard]] Ipv4Number number_of(const pier::Address& address) noexcept;
[[nodiscard]] pier::Address address_of(Ipv4Number number) noexcept;

// Who asks.
struct Asker {
    pier::packet::MacAddress mac;
    Ipv4Number address = 0;  // 0 is a probe: whoever gets it learns nothing of us (RFC 5227, section 1.1)
};

using RequestFrame = std::array<std::byte, 42>;
[[nodiscard]] RequestFrame request(const Asker& asker, Ipv4Number target) noexcept;

// What a frame of ARP says.
struct Heard {
    pier::packet::ArpFields arp;
    pier::packet::MacAddress from, to;  // of the frame

    [[nodiscard]] Ipv4Number sender() const noexcept { return number_of(arp.sender); }
    // About the sender alone, to everybody: sender and target are the same (RFC 5227, section 1.1 and 3).
    [[nodiscard]] bool is_gratuitous() const noexcept { return arp.sender == arp.target; }
};

// Nothing for what is no ARP of Ethernet and IPv4, is too short for it, has a tag of a virtual network, or an
// operation besides request and reply; nor for a sender that nobody can be: 0.0.0.0, a group, no MAC address.
[[nodiscard]] std::optional<Heard> hear(pier::packet::Bytes frame);

// It answers our request: a reply to our MAC and address. Whether its sender was asked is the schedule's to know.
[[nodiscard]] bool answers(const Heard& heard, const Asker& asker) noexcept;

// Lets ARP pass and nothing else.
[[nodiscard]] std::span<const pier::FilterInstruction> arp_filter() noexcept;

}  // namespace arp_scan
