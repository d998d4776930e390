#include <pier/packet/dns_name.hpp>

#include <algorithm>

namespace pier::packet {
namespace {

constexpr std::string_view what = "DNS name";
constexpr std::size_t longest_label = 63;
constexpr std::size_t most_pointers = 127;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

// The byte behind the backslash at text[at], which is moved behind it. Less than zero: there is none.
int escaped(std::string_view text, std::size_t& at) noexcept {
    ++at;
    if (at == text.size()) return -1;
    if (!is_digit(text[at])) return static_cast<unsigned char>(text[at++]);
    if (text.size() - at < 3 || !is_digit(text[at + 1]) || !is_digit(text[at + 2])) return -1;
    const int value = (text[at] - '0') * 100 + (text[at + 1] - '0') * 10 + (text[at + 2] - '0');
    at += 3;
    return value > 255 ? -1 : value;
}

}  // namespace

struct DnsNameReader {
    static bool append(DnsName& name, Bytes label) noexcept { return name.append(label); }
};

bool DnsName::append(Bytes label) noexcept {
    if (size_ + label.size() + 1 > most_bytes) return false;
    const Room room(bytes_);
    store(room, size_ - 1, static_cast<std::uint8_t>(label.size()));
    place(room, size_, label);
    size_ += label.size() + 1;
    store(room, size_ - 1, std::uint8_t{0});
    return true;
}

TextResult<DnsName> DnsName::parse(std::string_view text) {
    DnsName name;
    if (text == ".") return name;
    if (text.empty()) return text_error(text, 0, "there is no name");
    std::array<std::byte, longest_label> label{};
    std::size_t size = 0;
    std::size_t start = 0;
    const auto finish = [&] { return size > 0 && name.append(Bytes(label).first(size)); };
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] == '.') {
            if (!finish()) return text_error(text, start, size == 0 ? "a label is empty" : "the name is too long");
            size = 0;
            start = ++at;
            continue;
        }
        if (size == longest_label) return text_error(text, at, "a label has more than 63 bytes");
        const std::size_t from = at;
        const int byte = text[at] == '\\' ? escaped(text, at) : static_cast<unsigned char>(text[at++]);
        if (byte < 0) return text_error(text, from, "behind a backslash stands a character, or a byte's three digits");
        label[size++] = static_cast<std::byte>(byte);
    }
    if (size > 0 && !finish()) return text_error(text, start, "the name is too long");
    return name;
}

std::string DnsName::to_string() const {
    std::string text;
    for (std::size_t at = 0; at + 1 < size_;) {
        const std::size_t length = load<std::uint8_t>(bytes_, at);
        if (at > 0) text += '.';
        for (const std::byte byte : wire().subspan(at + 1, length)) {
            const auto value = std::to_integer<unsigned>(byte);
            if (value > 0x20 && value < 0x7f) {
                if (value == '.' || value == '\\') text += '\\';
                text += static_cast<char>(value);
                continue;
            }
            text += '\\';
            for (const unsigned unit : {100U, 10U, 1U}) text += static_cast<char>('0' + value / unit % 10);
        }
        at += length + 1;
    }
    return text.empty() ? "." : text;
}

PacketResult<ReadDnsName> read_dns_name(Bytes message, std::size_t place, std::size_t at) {
    ReadDnsName read;
    bool jumped = false;
    std::size_t here = place;
    // Each pointer leads further to the front than all before. Without a bound of their own many names could share a
    // chain of thousands; a name has 127 labels at most, and needs no more pointers.
    std::size_t pointers = 0;
    for (std::size_t start = place;;) {
        if (here >= message.size()) return packet_error(what, at + here, 0, "the message ends in it");
        const std::size_t length = load<std::uint8_t>(message, here);
        if (length >= 0xc0) {
            if (message.size() - here < 2) return packet_error(what, at + here, 1, "a pointer is cut");
            const std::size_t to = load<std::uint16_t>(message, here) & 0x3fff;
            if (!jumped) read.size = here + 2 - place;
            jumped = true;
            // `here` may be before `place`; the offset is that of the pointer in any case.
            if (to >= start) {
                return packet_error(what, at + here, 0,
                                    "a pointer to " + std::to_string(to) + ", which is not before it");
            }
            if (++pointers > most_pointers) return packet_error(what, at + here, 0, "too many pointers");
            start = here = to;
            continue;
        }
        if (length > longest_label) return packet_error(what, at + here, 0, "an unknown kind of label");
        if (length == 0) {
            if (!jumped) read.size = here + 1 - place;
            return read;
        }
        if (message.size() - here - 1 < length) {
            return packet_error(what, at + here, message.size() - here, "the message ends in a label");
        }
        if (!DnsNameReader::append(read.name, message.subspan(here + 1, length))) {
            return packet_error(what, at + here, 0, "more than 255 bytes");
        }
        here += length + 1;
    }
}

}  // namespace pier::packet
