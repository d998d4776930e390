// The network interfaces of this machine, and their addresses.
#pragma once

#include <pier/endpoint.hpp>
#include <pier/result.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace pier {

// What an address may be used for now. IPv6 looks for another owner of an address before it uses it (RFC 4862, section
// 5.4); Windows does the same with IPv4.
enum class AddressState : std::uint8_t {
    usable,
    tentative,   // the search for another owner is not over: a bind is refused
    duplicate,   // another one has it: a bind is refused
    deprecated,  // its time is nearly over: no new connection chooses it, but a bind works
};

// Addresses here are endpoints with port 0. A link-local one of IPv6 has its interface as its scope; no other has one.
struct InterfaceAddress {
    Endpoint address;
    // Leading bits that the hosts of the link share: up to 32 or 128. With a peer, they are the peer's.
    std::uint8_t prefix_length = 0;
    // IPv4 only, unspecified where there is none. Windows does not tell it: there it is the last address of the prefix,
    // on an interface that broadcasts, for up to 30 bits.
    Endpoint broadcast;
    // The other end of a link of two, where the system was told of one (Linux); else unspecified.
    Endpoint peer;
    AddressState state = AddressState::usable;
};

struct Interface {
    // For people, in UTF-8 on Windows ("Ethernet 2", the "alias"), any bytes but NUL, '/' and white space on Linux
    // ("eth0"). Endpoint::parse() takes it as a zone.
    std::string name;
    // What the system's if_nametoindex() takes: the same on Linux; on Windows the name of the LUID ("ethernet_32769").
    std::string system_name;
    // Of a scope, and of options that name an interface. Above 0. Once an interface has gone, another one may get it.
    std::uint32_t index = 0;
    // Of the link layer, six bytes where that is Ethernet. Empty where there is none, as on loopback, also where the
    // system writes zeros for that. Tunnels of Linux have an IP address here.
    std::vector<std::uint8_t> hardware_address;
    // Bytes of the largest packet, 0xffffffff for no limit (loopback on Windows).
    std::uint32_t mtu = 0;

    bool up = false;       // somebody has switched it on
    bool running = false;  // and it can carry packets: there is a link, as far as its driver can tell
    bool loopback = false;
    bool point_to_point = false;  // a link of two ends
    bool broadcast = false;       // a link on which one packet can reach everybody
    bool multicast = false;

    // IPv4 first; within a family, in the system's order, which has the primary addresses first.
    std::vector<InterfaceAddress> addresses;
};

// All interfaces of this machine, or of the network namespace that this process is in (Linux), by index, each once. On
// Windows those that IP runs on, the disconnected ones among them, but no device that was switched off. It is what the
// system knew at some time during the call. An interface that goes during the call may stand here without its
// addresses.
//
// Any thread, without a loop. Sends nothing. It takes as long as the system takes to write its list: microseconds, with
// thousands of addresses milliseconds. Errors: permission_denied and address_family_not_supported where a sandbox lets
// nobody ask (Linux); too_many_files_open; no_buffer_space and not_enough_memory of the system; operation_would_block
// where each of many attempts was interrupted, because the list changed or the system lost a part of it: later it may
// work; what the system says else. Throws std::bad_alloc.
[[nodiscard]] Result<std::vector<Interface>> interfaces();

}  // namespace pier
