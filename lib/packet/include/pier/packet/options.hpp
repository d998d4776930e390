// Options behind a header: a kind, a length, and data.
#pragma once

#include <pier/packet/bytes.hpp>
#include <pier/packet/error.hpp>

#include <optional>
#include <string_view>

namespace pier::packet {

enum class OptionForm : std::uint8_t {
    ipv4_or_tcp,  // kind 0 ends the list, kind 1 has no length; a length counts kind and length (RFC 791, RFC 9293)
    ipv6,         // type 0 has no length; a length counts the data alone (RFC 8200, section 4.2)
    neighbour,    // a length counts units of eight bytes, all of it (RFC 4861, section 4.6)
};

struct Option {
    std::uint8_t kind = 0;
    Bytes data;              // without kind and length
    std::size_t offset = 0;  // of its kind, in the list
};

// Goes through a list. Any thread; borrows the bytes.
class OptionReader {
public:
    // `at` is the offset of the list in its packet, `what` is static text for sentences ("TCP options").
    OptionReader(Bytes list, OptionForm form, std::string_view what, std::size_t at = 0) noexcept
        : list_(list), form_(form), what_(what), at_(at) {}

    // The next one; nothing at the end of the list, which is also where kind 0 ends it. The one of kind 0 is not
    // given, that of kind 1 is. After an error there is nothing more.
    [[nodiscard]] PacketResult<std::optional<Option>> next();

private:
    Bytes list_;
    OptionForm form_;
    std::string_view what_;
    std::size_t at_;
    std::size_t place_ = 0;
};

// Writes a list, and pads it. The room is the caller's.
class OptionWriter {
public:
    OptionWriter(Room room, OptionForm form) noexcept : room_(room), form_(form) {}

    // An option of kind 0 or 1 without a length is written without one if the form has it so. Error: the room, or data
    // that the form's length can't say. `data` of a neighbour option is 8 n - 2 bytes.
    [[nodiscard]] PacketResult<void> add(std::uint8_t kind, Bytes data = {});
    // Up to the next multiple of `unit` bytes, by options that mean nothing: zeros (IPv4, TCP), Pad1 or PadN (IPv6).
    [[nodiscard]] PacketResult<void> pad(std::size_t unit);
    [[nodiscard]] Bytes written() const noexcept { return room_.first(size_); }

private:
    Room room_;
    OptionForm form_;
    std::size_t size_ = 0;
};

}  // namespace pier::packet
