// The extension headers of IPv6 (RFC 8200, section 4; RFC 4302).
#pragma once

#include <pier/packet/address_bytes.hpp>
#include <pier/packet/error.hpp>
#include <pier/packet/numbers.hpp>
#include <pier/packet/options.hpp>

#include <optional>

namespace pier::packet {

// Hop-by-hop options, routing, fragment, destination options, or authentication. What is behind a header of ESP is
// encrypted, so that one is no extension header here, but an end.
[[nodiscard]] constexpr bool is_ipv6_extension(std::uint8_t protocol) noexcept {
    return protocol == ip_protocol::hop_by_hop || protocol == ip_protocol::routing ||
           protocol == ip_protocol::fragment || protocol == ip_protocol::ah ||
           protocol == ip_protocol::destination_options;
}

struct Ipv6ExtensionFields {
    std::uint8_t kind = ip_protocol::destination_options;
    std::uint8_t next_header = ip_protocol::none;
    // Behind the first two bytes: 8 n - 2 bytes; of authentication 4 n - 2, and at least 10; of a fragment 6.
    Bytes data = {};
    std::uint8_t reserved = 0;  // of a fragment, which has no length
};

struct Ipv6FragmentFields {
    std::uint8_t next_header = ip_protocol::none;
    std::uint16_t offset = 0;  // in bytes, a multiple of 8
    bool more = false;
    std::uint32_t identification = 0;
};

// A view; any thread.
class Ipv6Extension {
public:
    // The header of this kind, for which is_ipv6_extension() holds. Error: it ends too early, or has a length that
    // can't be.
    [[nodiscard]] static PacketResult<Ipv6Extension> read(std::uint8_t kind, Bytes bytes, std::size_t at = 0);

    [[nodiscard]] std::uint8_t kind() const noexcept { return kind_; }
    [[nodiscard]] std::uint8_t next_header() const noexcept { return load<std::uint8_t>(bytes_, 0); }
    [[nodiscard]] std::size_t header_size() const noexcept { return header_size_; }
    [[nodiscard]] Bytes header() const noexcept { return bytes_.first(header_size_); }
    // Behind the first two bytes.
    [[nodiscard]] Bytes data() const noexcept { return header().subspan(2); }
    [[nodiscard]] Bytes payload() const noexcept { return bytes_.subspan(header_size_); }

    // Of hop-by-hop and destination options; of others the list is empty.
    [[nodiscard]] OptionReader read_options() const noexcept {
        const bool has = kind_ == ip_protocol::hop_by_hop || kind_ == ip_protocol::destination_options;
        return {has ? data() : Bytes{}, OptionForm::ipv6, "IPv6 options", at_ + 2};
    }

    [[nodiscard]] bool is_fragment() const noexcept { return kind_ == ip_protocol::fragment; }
    // Of a fragment, in bytes; else 0.
    [[nodiscard]] std::uint16_t fragment_offset() const noexcept {
        return is_fragment() ? load<std::uint16_t>(bytes_, 2) & 0xfff8 : 0;
    }
    [[nodiscard]] bool more_fragments() const noexcept {
        return is_fragment() && (load<std::uint16_t>(bytes_, 2) & 1) != 0;
    }
    [[nodiscard]] std::uint32_t identification() const noexcept {
        return is_fragment() ? load<std::uint32_t>(bytes_, 4) : 0;
    }

    [[nodiscard]] bool is_routing() const noexcept { return kind_ == ip_protocol::routing; }
    [[nodiscard]] std::uint8_t routing_type() const noexcept {
        return is_routing() ? load<std::uint8_t>(bytes_, 2) : std::uint8_t{0};
    }
    [[nodiscard]] std::uint8_t segments_left() const noexcept {
        return is_routing() ? load<std::uint8_t>(bytes_, 3) : std::uint8_t{0};
    }

    // Of authentication: the index of security parameters, and the sequence number.
    [[nodiscard]] std::uint32_t security_index() const noexcept {
        return kind_ == ip_protocol::ah ? load<std::uint32_t>(bytes_, 4) : 0;
    }
    [[nodiscard]] std::uint32_t sequence() const noexcept {
        return kind_ == ip_protocol::ah ? load<std::uint32_t>(bytes_, 8) : 0;
    }
    [[nodiscard]] Ipv6ExtensionFields fields() const noexcept;

private:
    Ipv6Extension(std::uint8_t kind, Bytes bytes, std::size_t size, std::size_t at) noexcept
        : bytes_(bytes), header_size_(size), at_(at), kind_(kind) {}

    Bytes bytes_;
    std::size_t header_size_;
    std::size_t at_;
    std::uint8_t kind_;
};

// Each writes header and payload to the front of the room, and returns how many bytes that are. The payload may stand
// in its place already. Errors: the room, data of a size that the header can't have, the offset of a fragment.
[[nodiscard]] PacketResult<std::size_t> build(const Ipv6ExtensionFields& fields, Bytes payload, Room room);
[[nodiscard]] PacketResult<std::size_t> build(const Ipv6FragmentFields& fields, Bytes payload, Room room);

}  // namespace pier::packet
