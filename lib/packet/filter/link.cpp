#include "link.hpp"

namespace pier::packet::filter {

namespace {

constexpr std::uint32_t most_length = 1500;  // larger numbers in the place of the length are types (IEEE 802.3)

}  // namespace

std::optional<Link> Link::of(LinkType link) {
    switch (link) {
        case LinkType::ethernet:
            return Link{};
        case LinkType::raw_ip:
            return Link{false, 0, 0, {}};
        case LinkType::ipv4:
        case LinkType::ipv6:
            return Link{false, 0, 0, link};
        default:
            return std::nullopt;
    }
}

PredicatePtr compare(std::uint32_t at, std::uint16_t size, std::uint16_t comparison, std::uint32_t k,
                     std::uint32_t mask) {
    Test test{{{static_cast<std::uint16_t>(op::ld | op::abs | size), at}}, comparison, k};
    if (mask != UINT32_MAX) test.code.push_back({op::alu | op::bit_and, mask});
    return make_test(std::move(test));
}

PredicatePtr is_type(const Link& link, std::uint32_t type) {
    if (link.is_ethernet) {
        if (type > most_length) return compare(link.type_at, op::half, op::jeq, type);
        // The field is a length, and the number is the DSAP of the LLC header behind it.
        return all_of(not_of(compare(link.type_at, op::half, op::jgt, most_length)),
                      compare(link.payload_at, op::byte, op::jeq, type));
    }
    const bool is_ipv4 = type == ether_type::ipv4;
    if (!is_ipv4 && type != ether_type::ipv6) return constant(false);
    if (link.only) return constant(is_ipv4 == (*link.only == LinkType::ipv4));
    return compare(0, op::byte, op::jeq, is_ipv4 ? 0x40 : 0x60, 0xf0);
}

}  // namespace pier::packet::filter
