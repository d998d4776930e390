#include <pier/packet/dns.hpp>

#include <algorithm>

namespace pier::packet {
namespace {

constexpr std::string_view what = "DNS message";
// A message that has more of them is compressed less well. Each name is compared with all of them.
constexpr std::size_t most_remembered = 64;
// What a count of the header can say.
constexpr std::uint16_t most_in_section = 0xffff;
constexpr std::string_view too_many = "a section has at most 65535 of them";

template <class Number>
std::array<std::byte, sizeof(Number)> bytes_of(Number number) noexcept {
    std::array<std::byte, sizeof(Number)> bytes{};
    store(Room(bytes), 0, number);
    return bytes;
}

// Whether the labels at `place` of the message are those of `wire`, a name with its zero.
bool is_same_name(Bytes message, std::size_t place, Bytes wire) {
    const auto there = read_dns_name(message, place);
    return there && std::ranges::equal(there->name.wire(), wire);
}

}  // namespace

bool DnsWriter::put(Bytes bytes) noexcept {
    if (room_.size() < size_ || room_.size() - size_ < bytes.size()) return false;
    place(room_, size_, bytes);
    size_ += bytes.size();
    return true;
}

bool DnsWriter::put_name(const DnsName& name) {
    const Bytes wire = name.wire();
    const std::size_t start = size_;
    std::vector<std::uint16_t> begun;
    for (std::size_t at = 0;;) {
        const std::size_t length = load<std::uint8_t>(wire, at);
        if (length == 0) {
            if (!put(wire.subspan(at, 1))) return false;
            break;
        }
        const Bytes rest = wire.subspan(at);
        const auto known = std::ranges::find_if(names_, [&](std::uint16_t known_place) {
            return is_same_name(Bytes(room_).first(start), known_place, rest);
        });
        if (known != names_.end()) {
            if (!put(bytes_of(static_cast<std::uint16_t>(0xc000 | *known)))) return false;
            break;
        }
        if (size_ < 0x4000) begun.push_back(static_cast<std::uint16_t>(size_));
        if (!put(rest.first(length + 1))) return false;
        at += length + 1;
    }
    for (const std::uint16_t place : begun) {
        if (names_.size() < most_remembered) names_.push_back(place);
    }
    return true;
}

bool DnsWriter::put_data(const DnsRecord& record) {
    if (const auto* address = std::get_if<Address>(&record.data)) return put(std::as_bytes(address->bytes()));
    if (const auto* name = std::get_if<DnsName>(&record.data)) return put_name(*name);
    if (const auto* raw = std::get_if<DnsRaw>(&record.data)) return put(raw->bytes);
    if (const auto* mx = std::get_if<DnsMx>(&record.data))
        return put(bytes_of(mx->preference)) && put_name(mx->exchange);
    if (const auto* srv = std::get_if<DnsSrv>(&record.data)) {
        // Its target is not compressed (RFC 2782).
        return put(bytes_of(srv->priority)) && put(bytes_of(srv->weight)) && put(bytes_of(srv->port)) &&
               put(srv->target.wire());
    }
    if (const auto* soa = std::get_if<DnsSoa>(&record.data)) {
        if (!put_name(soa->primary) || !put_name(soa->mailbox)) return false;
        for (const std::uint32_t number : {soa->serial, soa->refresh_s, soa->retry_s, soa->expire_s, soa->minimum_s}) {
            if (!put(bytes_of(number))) return false;
        }
        return true;
    }
    for (const std::string& text : std::get<DnsTxt>(record.data).strings) {
        if (text.size() > 255 || !put(bytes_of(static_cast<std::uint8_t>(text.size())))) return false;
        if (!put(std::as_bytes(std::span(text)))) return false;
    }
    return true;
}

PacketResult<void> DnsWriter::add(const DnsQuestion& question) {
    if (section_ >= 0) return not_buildable(what, "a question behind records");
    if (header_.questions == most_in_section) return not_buildable(what, too_many);
    const std::size_t before = size_;
    if (!put_name(question.name) || !put(bytes_of(question.type)) || !put(bytes_of(question.record_class))) {
        size_ = before;
        std::erase_if(names_, [&](std::uint16_t place) { return place >= before; });
        return no_room(what, before + question.name.wire().size() + 4, room_.size());
    }
    ++header_.questions;
    return {};
}

PacketResult<void> DnsWriter::add(Section section, const DnsRecord& record) {
    if (static_cast<int>(section) < section_) return not_buildable(what, "a record of a section that is closed");
    std::uint16_t& count = section == Section::answer      ? header_.answers
                           : section == Section::authority ? header_.authorities
                                                           : header_.additionals;
    if (count == most_in_section) return not_buildable(what, too_many);
    const std::size_t before = size_;
    const bool fixed = put_name(record.name) && put(bytes_of(record.type)) && put(bytes_of(record.record_class)) &&
                       put(bytes_of(record.ttl_s)) && put(bytes_of(std::uint16_t{0}));
    const std::size_t data = size_;
    if (!fixed || !put_data(record) || size_ - data > 0xffff) {
        size_ = before;
        std::erase_if(names_, [&](std::uint16_t place) { return place >= before; });
        return not_buildable(what, "a record has no place, or a part of it is too long");
    }
    store(room_, data - 2, static_cast<std::uint16_t>(size_ - data));
    section_ = static_cast<int>(section);
    ++count;
    return {};
}

PacketResult<std::size_t> DnsWriter::finish() {
    if (room_.size() < size_) return no_room(what, size_, room_.size());
    std::size_t at = 0;
    for (const std::uint16_t number : {header_.identifier, header_.flags, header_.questions, header_.answers,
                                       header_.authorities, header_.additionals}) {
        store(room_, at, number);
        at += 2;
    }
    return size_;
}

}  // namespace pier::packet
