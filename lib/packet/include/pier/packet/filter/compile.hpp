// Filters of packets as text: the common part of the language of tcpdump (pcap-filter(7)).
#pragma once

#include <pier/link/filter.hpp>
#include <pier/packet/error.hpp>
#include <pier/packet/numbers.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace pier {
class Address;
}

namespace pier::packet {

using FilterProgram = std::vector<FilterInstruction>;

// A service: its port, and the protocols that it is known for. With neither or both, all that have ports are meant.
struct FilterService {
    std::uint16_t port = 0;
    bool tcp = false;
    bool udp = false;
};

// What names in a filter mean. compile_filter() calls these functions on its caller's thread while it works. One that
// is not set knows no name. A small table of common services is asked where `service` knows none.
struct FilterNames {
    std::function<std::vector<Address>(std::string_view host)> hosts;  // empty: not known
    std::function<std::optional<FilterService>(std::string_view service)> service;
};

// A program for packets that begin as `link` says. It returns `snap_length` for a packet that the text describes, and 0
// for others; an empty text describes all. Any thread; no I/O of its own. Errors: what the text has wrong, with the
// byte of the text where that begins ("port 70000: a port is at most 65535"); a link type that no filter is made for;
// and a text of which the program would be longer than the 4,096 instructions that systems take.
[[nodiscard]] PacketResult<FilterProgram> compile_filter(std::string_view text, LinkType link,
                                                         std::uint32_t snap_length = 262144,
                                                         const FilterNames& names = {});

}  // namespace pier::packet
