// The header of IPv4 (RFC 791).
#pragma once

#include <pier/packet/address_bytes.hpp>
#include <pier/packet/checksum.hpp>
#include <pier/packet/error.hpp>
#include <pier/packet/options.hpp>

#include <optional>

namespace pier::packet {

struct Ipv4Fields {
    std::uint8_t dscp = 0;                           // 6 bits
    std::uint8_t ecn = 0;                            // 2 bits
    std::optional<std::uint16_t> total_length = {};  // nothing: that of header and payload
    std::uint16_t identification = 0;
    bool reserved_flag = false;
    bool dont_fragment = false;
    bool more_fragments = false;
    std::uint16_t fragment_offset = 0;  // in bytes, a multiple of 8
    std::uint8_t ttl = 64;
    std::uint8_t protocol = 0;
    std::optional<std::uint16_t> checksum = {};  // nothing: the right one
    Address source = Address::v4({});
    Address destination = Address::v4({});
    Bytes options = {};  // a multiple of 4 bytes, at most 40; OptionWriter pads them
};

// A view; any thread.
class Ipv4 {
public:
    // Error: the header is not there, is of another version, or has a length that can't be. What the header says of
    // the payload's length may be more than is there: is_cut(). A total length of 0 is that of a packet that the
    // network interface will divide (TCP segmentation offload), captured before: then all that is there is of it.
    [[nodiscard]] static PacketResult<Ipv4> read(Bytes bytes, std::size_t at = 0);

    [[nodiscard]] std::size_t header_size() const noexcept { return 4U * (load<std::uint8_t>(bytes_, 0) & 15U); }
    [[nodiscard]] std::uint8_t dscp() const noexcept {
        return static_cast<std::uint8_t>(load<std::uint8_t>(bytes_, 1) >> 2);
    }
    [[nodiscard]] std::uint8_t ecn() const noexcept { return load<std::uint8_t>(bytes_, 1) & 3; }
    [[nodiscard]] std::uint16_t total_length() const noexcept { return load<std::uint16_t>(bytes_, 2); }
    [[nodiscard]] std::uint16_t identification() const noexcept { return load<std::uint16_t>(bytes_, 4); }
    [[nodiscard]] bool reserved_flag() const noexcept { return (load<std::uint8_t>(bytes_, 6) & 0x80) != 0; }
    [[nodiscard]] bool dont_fragment() const noexcept { return (load<std::uint8_t>(bytes_, 6) & 0x40) != 0; }
    [[nodiscard]] bool more_fragments() const noexcept { return (load<std::uint8_t>(bytes_, 6) & 0x20) != 0; }
    // In bytes.
    [[nodiscard]] std::uint16_t fragment_offset() const noexcept {
        return static_cast<std::uint16_t>((load<std::uint16_t>(bytes_, 6) & 0x1fff) << 3);
    }
    [[nodiscard]] bool is_fragment() const noexcept { return more_fragments() || fragment_offset() != 0; }
    [[nodiscard]] std::uint8_t ttl() const noexcept { return load<std::uint8_t>(bytes_, 8); }
    [[nodiscard]] std::uint8_t protocol() const noexcept { return load<std::uint8_t>(bytes_, 9); }
    [[nodiscard]] std::uint16_t checksum() const noexcept { return load<std::uint16_t>(bytes_, 10); }
    [[nodiscard]] bool checksum_is_right() const noexcept { return internet_checksum(header()) == 0; }
    [[nodiscard]] Address source() const noexcept { return load_v4(bytes_, 12); }
    [[nodiscard]] Address destination() const noexcept { return load_v4(bytes_, 16); }
    [[nodiscard]] IpPair addresses() const noexcept { return {source(), destination()}; }
    [[nodiscard]] Bytes header() const noexcept { return bytes_.first(header_size()); }
    [[nodiscard]] Bytes options() const noexcept { return header().subspan(20); }
    [[nodiscard]] OptionReader read_options() const noexcept {
        return {options(), OptionForm::ipv4_or_tcp, "IPv4 options", at_ + 20};
    }
    // As much of it as is there, without what stands behind the total length (the padding of Ethernet).
    [[nodiscard]] Bytes payload() const noexcept {
        const Bytes packet = total_length() == 0 ? bytes_ : up_to(bytes_, total_length());
        return packet.subspan(header_size());
    }
    // Less is there than the total length.
    [[nodiscard]] bool is_cut() const noexcept { return bytes_.size() < total_length(); }
    // All of them given, so that build() makes the same bytes. Borrows the options.
    [[nodiscard]] Ipv4Fields fields() const noexcept;

private:
    Ipv4(Bytes bytes, std::size_t at) noexcept : bytes_(bytes), at_(at) {}

    Bytes bytes_;
    std::size_t at_;
};

// Writes header and payload to the front of the room, and returns how many bytes that are. The payload may stand in
// its place already. Errors: the room, options that don't fit, a fragment's offset, more than 65,535 bytes.
[[nodiscard]] PacketResult<std::size_t> build(const Ipv4Fields& fields, Bytes payload, Room room);

}  // namespace pier::packet
