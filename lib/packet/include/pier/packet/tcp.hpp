// The header of TCP (RFC 9293). Its options are tcp_options.hpp's.
#pragma once

#include <pier/packet/checksum.hpp>
#include <pier/packet/error.hpp>
#include <pier/packet/numbers.hpp>
#include <pier/packet/options.hpp>

#include <optional>

namespace pier::packet {

namespace tcp_flag {
inline constexpr std::uint8_t fin = 0x01;
inline constexpr std::uint8_t syn = 0x02;
inline constexpr std::uint8_t rst = 0x04;
inline constexpr std::uint8_t psh = 0x08;
inline constexpr std::uint8_t ack = 0x10;
inline constexpr std::uint8_t urg = 0x20;
inline constexpr std::uint8_t ece = 0x40;
inline constexpr std::uint8_t cwr = 0x80;
}  // namespace tcp_flag

struct TcpFields {
    std::uint16_t source_port = 0;
    std::uint16_t destination_port = 0;
    std::uint32_t sequence = 0;
    std::uint32_t acknowledgment = 0;
    std::uint8_t reserved = 0;  // 4 bits between the data offset and the flags
    std::uint8_t flags = 0;
    std::uint16_t window = 0;
    std::optional<std::uint16_t> checksum = {};  // nothing: the right one
    std::uint16_t urgent_pointer = 0;
    Bytes options = {};  // a multiple of 4 bytes, at most 40
};

// A view; any thread.
class Tcp {
public:
    // Error: the header is not there, or has a data offset that can't be.
    [[nodiscard]] static PacketResult<Tcp> read(Bytes bytes, std::size_t at = 0);

    [[nodiscard]] std::uint16_t source_port() const noexcept { return load<std::uint16_t>(bytes_, 0); }
    [[nodiscard]] std::uint16_t destination_port() const noexcept { return load<std::uint16_t>(bytes_, 2); }
    [[nodiscard]] std::uint32_t sequence() const noexcept { return load<std::uint32_t>(bytes_, 4); }
    [[nodiscard]] std::uint32_t acknowledgment() const noexcept { return load<std::uint32_t>(bytes_, 8); }
    // By the data offset, in bytes.
    [[nodiscard]] std::size_t header_size() const noexcept { return 4U * (load<std::uint8_t>(bytes_, 12) >> 4); }
    [[nodiscard]] std::uint8_t reserved() const noexcept { return load<std::uint8_t>(bytes_, 12) & 15; }
    [[nodiscard]] std::uint8_t flags() const noexcept { return load<std::uint8_t>(bytes_, 13); }
    [[nodiscard]] bool has(std::uint8_t flag) const noexcept { return (flags() & flag) != 0; }
    [[nodiscard]] std::uint16_t window() const noexcept { return load<std::uint16_t>(bytes_, 14); }
    [[nodiscard]] std::uint16_t checksum() const noexcept { return load<std::uint16_t>(bytes_, 16); }
    // Of a whole segment: where IP has been cut, it can't be said.
    [[nodiscard]] bool checksum_is_right(const IpPair& addresses) const noexcept {
        const auto length = static_cast<std::uint32_t>(bytes_.size());
        return pseudo_header(addresses, ip_protocol::tcp, length).add(bytes_).checksum() == 0;
    }
    [[nodiscard]] std::uint16_t urgent_pointer() const noexcept { return load<std::uint16_t>(bytes_, 18); }
    [[nodiscard]] Bytes options() const noexcept { return bytes_.subspan(20, header_size() - 20); }
    [[nodiscard]] OptionReader read_options() const noexcept {
        return {options(), OptionForm::ipv4_or_tcp, "TCP options", at_ + 20};
    }
    [[nodiscard]] Bytes payload() const noexcept { return bytes_.subspan(header_size()); }
    // Borrows the options.
    [[nodiscard]] TcpFields fields() const noexcept;

private:
    Tcp(Bytes bytes, std::size_t at) noexcept : bytes_(bytes), at_(at) {}

    Bytes bytes_;
    std::size_t at_;
};

// Writes header and payload to the front of the room, and returns how many bytes that are. The payload may stand in
// its place already. Errors: the room, options that don't fit.
[[nodiscard]] PacketResult<std::size_t> build(const TcpFields& fields, Bytes payload, const IpPair& addresses,
                                              Room room);

}  // namespace pier::packet
