// Neighbour discovery of IPv6: messages of ICMPv6 (RFC 4861, RFC 8106).
#pragma once

#include <pier/packet/address_bytes.hpp>
#include <pier/packet/icmpv6.hpp>
#include <pier/packet/options.hpp>

#include <optional>
#include <vector>

namespace pier::packet {

namespace neighbour_option {
inline constexpr std::uint8_t source_link_layer = 1;
inline constexpr std::uint8_t target_link_layer = 2;
inline constexpr std::uint8_t prefix_information = 3;
inline constexpr std::uint8_t redirected_header = 4;
inline constexpr std::uint8_t mtu = 5;
inline constexpr std::uint8_t recursive_dns = 25;
}  // namespace neighbour_option

// A message of one of the five types; any thread.
class Neighbour {
public:
    // Of an ICMPv6 message that begins at `at`. Error: another type, or fewer bytes than the type has.
    [[nodiscard]] static PacketResult<Neighbour> read(const Icmpv6& message, std::size_t at = 0);

    [[nodiscard]] std::uint8_t type() const noexcept { return message_.type(); }
    // What the message is about: of solicitation, advertisement and redirect. Else "::".
    [[nodiscard]] Address target() const noexcept;
    // Of a redirect: what is reached by the target. Else "::".
    [[nodiscard]] Address destination() const noexcept;
    [[nodiscard]] OptionReader read_options() const noexcept;
    [[nodiscard]] Bytes options() const noexcept { return message_.body().subspan(fixed_); }

    // Of a neighbour advertisement.
    [[nodiscard]] bool is_router() const noexcept { return (message_.rest() & 0x80000000) != 0; }
    [[nodiscard]] bool is_solicited() const noexcept { return (message_.rest() & 0x40000000) != 0; }
    [[nodiscard]] bool overrides() const noexcept { return (message_.rest() & 0x20000000) != 0; }

    // Of a router advertisement; times in the units of the fields.
    [[nodiscard]] std::uint8_t hop_limit() const noexcept { return static_cast<std::uint8_t>(message_.rest() >> 24); }
    [[nodiscard]] bool is_managed() const noexcept { return (message_.rest() & 0x00800000) != 0; }
    [[nodiscard]] bool has_other() const noexcept { return (message_.rest() & 0x00400000) != 0; }
    [[nodiscard]] std::uint16_t lifetime_s() const noexcept {
        return static_cast<std::uint16_t>(message_.rest() & 0xffff);
    }
    [[nodiscard]] std::uint32_t reachable_ms() const noexcept { return router_time(0); }
    [[nodiscard]] std::uint32_t retransmit_ms() const noexcept { return router_time(4); }

private:
    Neighbour(const Icmpv6& message, std::size_t fixed, std::size_t at) noexcept
        : message_(message), fixed_(fixed), at_(at) {}
    [[nodiscard]] std::uint32_t router_time(std::size_t place) const noexcept;

    Icmpv6 message_;
    std::size_t fixed_;  // bytes of the body before the options
    std::size_t at_;
};

struct RouterAdvertisementFields {
    std::uint8_t hop_limit = 0;
    std::uint8_t flags = 0;  // M is 0x80, O is 0x40
    std::uint16_t lifetime_s = 0;
    std::uint32_t reachable_ms = 0;
    std::uint32_t retransmit_ms = 0;
};

struct NeighbourAdvertisementFields {
    Address target = Address::v6({});
    bool router = false;
    bool solicited = false;
    bool override_cache = false;
};

// Each writes a message of ICMPv6 with these options (OptionWriter's) to the front of the room, and returns how many
// bytes that are. Errors: the room, addresses of IPv4.
[[nodiscard]] PacketResult<std::size_t> build_router_solicitation(Bytes options, const IpPair& addresses, Room room);
[[nodiscard]] PacketResult<std::size_t> build(const RouterAdvertisementFields& fields, Bytes options,
                                              const IpPair& addresses, Room room);
[[nodiscard]] PacketResult<std::size_t> build_neighbour_solicitation(const Address& target, Bytes options,
                                                                     const IpPair& addresses, Room room);
[[nodiscard]] PacketResult<std::size_t> build(const NeighbourAdvertisementFields& fields, Bytes options,
                                              const IpPair& addresses, Room room);
[[nodiscard]] PacketResult<std::size_t> build_redirect(const Address& target, const Address& destination, Bytes options,
                                                       const IpPair& addresses, Room room);

// Typed options. A reader gives nothing for an option of another kind, or of a size that its kind does not have. A
// writer returns the error of OptionWriter::add().
struct PrefixInformation {
    std::uint8_t length = 64;   // in bits
    std::uint8_t flags = 0xc0;  // on-link is 0x80, autonomous is 0x40
    std::uint32_t valid_s = 0;  // 0xffffffff is for ever
    std::uint32_t preferred_s = 0;
    Address prefix = Address::v6({});

    friend bool operator==(const PrefixInformation&, const PrefixInformation&) noexcept = default;
};
struct RecursiveDns {
    std::uint32_t lifetime_s = 0;
    std::vector<Address> servers;  // 1 to 127

    friend bool operator==(const RecursiveDns&, const RecursiveDns&) noexcept = default;
};
[[nodiscard]] std::optional<PrefixInformation> prefix_of(const Option& option) noexcept;
[[nodiscard]] std::optional<std::uint32_t> mtu_of(const Option& option) noexcept;
[[nodiscard]] std::optional<RecursiveDns> recursive_dns_of(const Option& option);
[[nodiscard]] PacketResult<void> add(OptionWriter& options, const PrefixInformation& prefix);
[[nodiscard]] PacketResult<void> add_mtu(OptionWriter& options, std::uint32_t mtu);
[[nodiscard]] PacketResult<void> add(OptionWriter& options, const RecursiveDns& servers);

}  // namespace pier::packet
