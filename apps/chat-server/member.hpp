// Who is in the room.
#pragma once

#include "outlet.hpp"

#include <pier/chat/bucket.hpp>
#include <pier/chat/link.hpp>
#include <pier/endpoint.hpp>
#include <pier/time.hpp>

#include <compare>
#include <cstdint>
#include <string>

namespace chat_server {

// Where a client's packets come from.
struct Address {
    Outlet* outlet = nullptr;
    pier::Endpoint endpoint;

    friend bool operator==(const Address&, const Address&) noexcept = default;
    friend auto operator<=>(const Address& a, const Address& b) noexcept {
        if (a.outlet != b.outlet) return std::compare_three_way()(a.outlet, b.outlet);
        return a.endpoint <=> b.endpoint;
    }
};

struct Member {
    Address address;
    std::uint64_t nonce = 0;  // of its join
    std::uint64_t token = 0;
    std::uint32_t id = 0;
    std::string name;
    std::string look;
    pier::chat::Link link;
    pier::chat::Bucket bucket;
    pier::Time heard;
    std::uint32_t said = 0;     // the number of its last line, as it counts
    std::uint32_t relayed = 0;  // the same as others are told: without lines that were refused
    std::uint32_t told = 0;     // private lines to it
    bool touched = false;       // in the room's list of those whose links may have something to send
    bool flooding = false;      // and it knows
    bool leaving = false;       // has said bye: no member, but it gets what was on its way, and the answer
};

// Somebody who wants to join and has not shown yet that it receives at its address.
struct Candidate {
    std::uint64_t nonce = 0;
    std::uint64_t token = 0;
    std::uint32_t id = 0;
    std::string name;
    pier::Time since;
};

}  // namespace chat_server
