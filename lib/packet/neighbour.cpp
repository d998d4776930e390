#include <pier/packet/neighbour.hpp>

#include <array>
#include <string>

namespace pier::packet {
namespace {

constexpr std::string_view name = "neighbour discovery message";

// Bytes behind the header of ICMPv6 and before the options.
std::optional<std::size_t> fixed_size(std::uint8_t type) noexcept {
    switch (type) {
        case icmpv6_type::router_solicitation:
            return 0;
        case icmpv6_type::router_advertisement:
            return 8;
        case icmpv6_type::neighbour_solicitation:
        case icmpv6_type::neighbour_advertisement:
            return 16;
        case icmpv6_type::redirect:
            return 32;
        default:
            return std::nullopt;
    }
}

// The message whose body is `fixed` and then `options`.
PacketResult<std::size_t> build_message(std::uint8_t type, std::uint32_t rest, Bytes fixed, Bytes options,
                                        const IpPair& addresses, Room room) {
    const std::size_t total = Icmpv6::header_size + fixed.size() + options.size();
    if (room.size() < total) return no_room(name, total, room.size());
    place(room, Icmpv6::header_size + fixed.size(), options);
    place(room, Icmpv6::header_size, fixed);
    const Bytes body = Bytes(room).subspan(Icmpv6::header_size, fixed.size() + options.size());
    return build(Icmpv6Fields{type, 0, {}, rest}, body, addresses, room);
}

PacketResult<std::size_t> build_about(std::uint8_t type, std::uint32_t rest, const Address& target, Bytes options,
                                      const IpPair& addresses, Room room) {
    if (!target.is_v6()) return not_buildable(name, "the target is not an address of IPv6");
    std::array<std::byte, 16> fixed{};
    store_address(fixed, 0, target);
    return build_message(type, rest, fixed, options, addresses, room);
}

}  // namespace

PacketResult<Neighbour> Neighbour::read(const Icmpv6& message, std::size_t at) {
    const auto fixed = fixed_size(message.type());
    if (!fixed) return packet_error(name, at, 0, "says type " + std::to_string(message.type()));
    if (message.body().size() < *fixed) {
        return too_short(name, at, Icmpv6::header_size + *fixed, Icmpv6::header_size + message.body().size());
    }
    return Neighbour(message, *fixed, at);
}

Address Neighbour::target() const noexcept { return fixed_ >= 16 ? load_v6(message_.body(), 0) : Address::v6({}); }

Address Neighbour::destination() const noexcept {
    return fixed_ >= 32 ? load_v6(message_.body(), 16) : Address::v6({});
}

OptionReader Neighbour::read_options() const noexcept {
    return {options(), OptionForm::neighbour, "neighbour discovery options", at_ + Icmpv6::header_size + fixed_};
}

std::uint32_t Neighbour::router_time(std::size_t place) const noexcept {
    return fixed_ == 8 ? load<std::uint32_t>(message_.body(), place) : 0;
}

PacketResult<std::size_t> build_router_solicitation(Bytes options, const IpPair& addresses, Room room) {
    return build_message(icmpv6_type::router_solicitation, 0, {}, options, addresses, room);
}

PacketResult<std::size_t> build(const RouterAdvertisementFields& fields, Bytes options, const IpPair& addresses,
                                Room room) {
    std::array<std::byte, 8> fixed{};
    store(Room(fixed), 0, fields.reachable_ms);
    store(Room(fixed), 4, fields.retransmit_ms);
    const std::uint32_t rest =
        std::uint32_t{fields.hop_limit} << 24 | std::uint32_t{fields.flags} << 16 | fields.lifetime_s;
    return build_message(icmpv6_type::router_advertisement, rest, fixed, options, addresses, room);
}

PacketResult<std::size_t> build_neighbour_solicitation(const Address& target, Bytes options, const IpPair& addresses,
                                                       Room room) {
    return build_about(icmpv6_type::neighbour_solicitation, 0, target, options, addresses, room);
}

PacketResult<std::size_t> build(const NeighbourAdvertisementFields& fields, Bytes options, const IpPair& addresses,
                                Room room) {
    const std::uint32_t rest = (fields.router ? 0x80000000U : 0U) | (fields.solicited ? 0x40000000U : 0U) |
                               (fields.override_cache ? 0x20000000U : 0U);
    return build_about(icmpv6_type::neighbour_advertisement, rest, fields.target, options, addresses, room);
}

PacketResult<std::size_t> build_redirect(const Address& target, const Address& destination, Bytes options,
                                         const IpPair& addresses, Room room) {
    if (!target.is_v6() || !destination.is_v6()) return not_buildable(name, "an address is not one of IPv6");
    std::array<std::byte, 32> fixed{};
    store_address(fixed, 0, target);
    store_address(fixed, 16, destination);
    return build_message(icmpv6_type::redirect, 0, fixed, options, addresses, room);
}

std::optional<PrefixInformation> prefix_of(const Option& option) noexcept {
    if (option.kind != neighbour_option::prefix_information || option.data.size() != 30) return std::nullopt;
    return PrefixInformation{load<std::uint8_t>(option.data, 0), load<std::uint8_t>(option.data, 1),
                             load<std::uint32_t>(option.data, 2), load<std::uint32_t>(option.data, 6),
                             load_v6(option.data, 14)};
}

std::optional<std::uint32_t> mtu_of(const Option& option) noexcept {
    if (option.kind != neighbour_option::mtu || option.data.size() != 6) return std::nullopt;
    return load<std::uint32_t>(option.data, 2);
}

std::optional<RecursiveDns> recursive_dns_of(const Option& option) {
    const std::size_t size = option.data.size();
    if (option.kind != neighbour_option::recursive_dns || size < 22 || (size - 6) % 16 != 0) return std::nullopt;
    RecursiveDns dns;
    dns.lifetime_s = load<std::uint32_t>(option.data, 2);
    for (std::size_t at = 6; at < size; at += 16) dns.servers.push_back(load_v6(option.data, at));
    return dns;
}

PacketResult<void> add(OptionWriter& options, const PrefixInformation& prefix) {
    if (!prefix.prefix.is_v6()) return not_buildable("prefix information", "the prefix is not one of IPv6");
    std::array<std::byte, 30> data{};
    store(Room(data), 0, prefix.length);
    store(Room(data), 1, prefix.flags);
    store(Room(data), 2, prefix.valid_s);
    store(Room(data), 6, prefix.preferred_s);
    store_address(data, 14, prefix.prefix);
    return options.add(neighbour_option::prefix_information, data);
}

PacketResult<void> add_mtu(OptionWriter& options, std::uint32_t mtu) {
    std::array<std::byte, 6> data{};
    store(Room(data), 2, mtu);
    return options.add(neighbour_option::mtu, data);
}

PacketResult<void> add(OptionWriter& options, const RecursiveDns& servers) {
    std::vector<std::byte> data(6 + 16 * servers.servers.size());
    store(Room(data), 2, servers.lifetime_s);
    std::size_t at = 6;
    for (const Address& server : servers.servers) {
        if (!server.is_v6()) return not_buildable("recursive DNS servers", "an address is not one of IPv6");
        store_address(data, at, server);
        at += 16;
    }
    return options.add(neighbour_option::recursive_dns, data);
}

}  // namespace pier::packet
