// UDP (RFC 768).
#pragma once

#include <pier/packet/checksum.hpp>
#include <pier/packet/error.hpp>
#include <pier/packet/numbers.hpp>

#include <optional>

namespace pier::packet {

struct UdpFields {
    std::uint16_t source_port = 0;
    std::uint16_t destination_port = 0;
    std::optional<std::uint16_t> length = {};    // nothing: that of header and payload
    std::optional<std::uint16_t> checksum = {};  // nothing: the right one; 0 says that there is none

    friend constexpr bool operator==(const UdpFields&, const UdpFields&) noexcept = default;
};

// A view; any thread.
class Udp {
public:
    static constexpr std::size_t header_size = 8;

    // Error: the header is not there, or says fewer than 8 bytes. What it says of the length may be more than is there:
    // is_cut().
    [[nodiscard]] static PacketResult<Udp> read(Bytes bytes, std::size_t at = 0);

    [[nodiscard]] std::uint16_t source_port() const noexcept { return load<std::uint16_t>(bytes_, 0); }
    [[nodiscard]] std::uint16_t destination_port() const noexcept { return load<std::uint16_t>(bytes_, 2); }
    // Of header and payload.
    [[nodiscard]] std::uint16_t length() const noexcept { return load<std::uint16_t>(bytes_, 4); }
    [[nodiscard]] std::uint16_t checksum() const noexcept { return load<std::uint16_t>(bytes_, 6); }
    // 0 means none, and is right over IPv4 alone. Of a whole datagram: of one that is cut it can't be said.
    [[nodiscard]] bool checksum_is_right(const IpPair& addresses) const noexcept;
    [[nodiscard]] Bytes payload() const noexcept { return up_to(bytes_, length()).subspan(header_size); }
    // Less is there than the length says.
    [[nodiscard]] bool is_cut() const noexcept { return bytes_.size() < length(); }
    [[nodiscard]] UdpFields fields() const noexcept {
        return {source_port(), destination_port(), length(), checksum()};
    }

private:
    explicit Udp(Bytes bytes) noexcept : bytes_(bytes) {}

    Bytes bytes_;
};

// Writes header and payload to the front of the room, and returns how many bytes that are. The payload may stand in
// its place already. Errors: the room, more than 65,535 bytes.
[[nodiscard]] PacketResult<std::size_t> build(const UdpFields& fields, Bytes payload, const IpPair& addresses,
                                              Room room);

}  // namespace pier::packet
