// Names of DNS as they stand in a message (RFC 1035, sections 3.1 and 4.1.4).
#pragma once

#include <pier/address/text_error.hpp>
#include <pier/packet/bytes.hpp>
#include <pier/packet/error.hpp>

#include <array>
#include <string>
#include <string_view>

namespace pier::packet {

// A value; any thread. Labels may hold any byte. Without more said it is the root.
class DnsName {
public:
    // With lengths and the root's zero (RFC 1035, section 3.1).
    static constexpr std::size_t most_bytes = 255;

    // "www.example.com", with a dot at the end or without; "." is the root. "\." is a dot in a label, "\\" a backslash,
    // "\032" the byte 32 (RFC 1035, section 5.1).
    [[nodiscard]] static TextResult<DnsName> parse(std::string_view text);

    // Its labels with their lengths and the zero at the end, not compressed. They live as long as this.
    [[nodiscard]] Bytes wire() const noexcept { return Bytes(bytes_).first(size_); }
    // Printable; bytes that are not are written as "\032". With a dot at its end for the root alone.
    [[nodiscard]] std::string to_string() const;

    // Byte by byte. Names that differ in the case of letters are one name to DNS, and two here.
    friend bool operator==(const DnsName& a, const DnsName& b) noexcept {
        return a.size_ == b.size_ && a.bytes_ == b.bytes_;
    }

private:
    friend struct DnsNameReader;
    // False, if it has no place.
    bool append(Bytes label) noexcept;

    std::array<std::byte, most_bytes> bytes_{};  // zeros behind the size, so that equality holds
    std::size_t size_ = 1;
};

struct ReadDnsName {
    DnsName name;
    std::size_t size = 0;  // bytes at its place; where it is compressed, up to the pointer and with it
};

// The name at `place` of a message that begins at `at` of its packet. A pointer has to point before the place where
// the labels began that led to it, so the reader comes to an end. Errors: that, an unknown kind of label, more than 255
// bytes, the end of the message.
[[nodiscard]] PacketResult<ReadDnsName> read_dns_name(Bytes message, std::size_t place, std::size_t at = 0);

}  // namespace pier::packet
