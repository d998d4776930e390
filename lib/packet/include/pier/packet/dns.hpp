// Messages of DNS (RFC 1035): a query and its answers.
#pragma once

#include <pier/packet/address_bytes.hpp>
#include <pier/packet/dns_name.hpp>

#include <optional>
#include <variant>
#include <vector>

namespace pier::packet {

namespace dns_type {
inline constexpr std::uint16_t a = 1;
inline constexpr std::uint16_t ns = 2;
inline constexpr std::uint16_t cname = 5;
inline constexpr std::uint16_t soa = 6;
inline constexpr std::uint16_t ptr = 12;
inline constexpr std::uint16_t mx = 15;
inline constexpr std::uint16_t txt = 16;
inline constexpr std::uint16_t aaaa = 28;
inline constexpr std::uint16_t srv = 33;
}  // namespace dns_type

struct DnsHeader {
    std::uint16_t identifier = 0;
    std::uint16_t flags = 0;  // QR is 0x8000, AA 0x0400, TC 0x0200, RD 0x0100, RA 0x0080
    std::uint16_t questions = 0;
    std::uint16_t answers = 0;
    std::uint16_t authorities = 0;
    std::uint16_t additionals = 0;

    [[nodiscard]] constexpr bool is_response() const noexcept { return (flags & 0x8000) != 0; }
    [[nodiscard]] constexpr unsigned opcode() const noexcept { return flags >> 11 & 15U; }
    [[nodiscard]] constexpr unsigned response_code() const noexcept { return flags & 15U; }

    friend constexpr bool operator==(const DnsHeader&, const DnsHeader&) noexcept = default;
};

struct DnsQuestion {
    DnsName name;
    std::uint16_t type = dns_type::a;
    std::uint16_t record_class = 1;

    friend bool operator==(const DnsQuestion&, const DnsQuestion&) noexcept = default;
};

struct DnsMx {
    std::uint16_t preference = 0;
    DnsName exchange;
    friend bool operator==(const DnsMx&, const DnsMx&) noexcept = default;
};
struct DnsSrv {
    std::uint16_t priority = 0;
    std::uint16_t weight = 0;
    std::uint16_t port = 0;
    DnsName target;
    friend bool operator==(const DnsSrv&, const DnsSrv&) noexcept = default;
};
struct DnsSoa {
    DnsName primary;
    DnsName mailbox;
    std::uint32_t serial = 0;
    std::uint32_t refresh_s = 0;
    std::uint32_t retry_s = 0;
    std::uint32_t expire_s = 0;
    std::uint32_t minimum_s = 0;
    friend bool operator==(const DnsSoa&, const DnsSoa&) noexcept = default;
};
// Strings of up to 255 bytes each, of any bytes.
struct DnsTxt {
    std::vector<std::string> strings;
    friend bool operator==(const DnsTxt&, const DnsTxt&) noexcept = default;
};
// Of a type that is not known here, as it stands there.
struct DnsRaw {
    std::vector<std::byte> bytes;
    friend bool operator==(const DnsRaw&, const DnsRaw&) noexcept = default;
};
// A and AAAA are an Address, NS, CNAME and PTR a DnsName.
using DnsData = std::variant<Address, DnsName, DnsMx, DnsSrv, DnsSoa, DnsTxt, DnsRaw>;

struct DnsRecord {
    DnsName name;
    std::uint16_t type = 0;
    std::uint16_t record_class = 1;
    std::uint32_t ttl_s = 0;
    DnsData data;
    friend bool operator==(const DnsRecord&, const DnsRecord&) noexcept = default;
};

// Reads a message from its front, part by part. Any thread; borrows the bytes.
class DnsReader {
public:
    // Error: fewer than the 12 bytes of the header.
    [[nodiscard]] static PacketResult<DnsReader> read(Bytes message, std::size_t at = 0);

    [[nodiscard]] const DnsHeader& header() const noexcept { return header_; }
    // The questions have to be read before the first record. Nothing behind the last one, and after an error.
    [[nodiscard]] PacketResult<std::optional<DnsQuestion>> next_question();
    // Answers, then authorities, then additional records: as many of each as the header says.
    [[nodiscard]] PacketResult<std::optional<DnsRecord>> next_record();

private:
    DnsReader(Bytes message, std::size_t at, const DnsHeader& header) noexcept;
    std::unexpected<PacketError> stop(PacketError error) noexcept;

    Bytes message_;
    std::size_t at_;
    DnsHeader header_;
    std::size_t place_ = 12;
    std::uint32_t questions_left_;
    std::uint32_t records_left_;
};

// Writes a message into the caller's room, and counts what it wrote. A name is compressed against those before it in
// the message, if they are the same byte by byte.
class DnsWriter {
public:
    // The counts of the header are not looked at.
    DnsWriter(const DnsHeader& header, Room room) noexcept
        : room_(room), header_{header.identifier, header.flags, 0, 0, 0, 0} {}

    enum class Section : std::uint8_t { answer, authority, additional };
    // Errors of both: the room, a string of more than 255 bytes, data of more than 65,535; questions behind records,
    // records of an earlier section, and more than 65,535 in a section. What was written before stays.
    [[nodiscard]] PacketResult<void> add(const DnsQuestion& question);
    [[nodiscard]] PacketResult<void> add(Section section, const DnsRecord& record);
    // Writes the header, and returns the size of the message. Error: the room.
    [[nodiscard]] PacketResult<std::size_t> finish();

private:
    bool put(Bytes bytes) noexcept;
    bool put_name(const DnsName& name);
    bool put_data(const DnsRecord& record);

    Room room_;
    DnsHeader header_;
    std::size_t size_ = 12;
    int section_ = -1;                  // the last one written to; -1 is the questions
    std::vector<std::uint16_t> names_;  // where labels begin that a pointer can lead to; bounded
};

}  // namespace pier::packet
