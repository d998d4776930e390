#include <pier/packet/dns.hpp>

#include <algorithm>
#include <utility>

namespace pier::packet {
namespace {

constexpr std::string_view name = "DNS message";
constexpr std::string_view record_name = "DNS record";

// Names inside of data may point into the whole message, but must not reach beyond the data.
struct Data {
    Bytes message;
    std::size_t place;  // of the data
    std::size_t end;
    std::size_t at;  // of the message

    [[nodiscard]] Bytes bytes() const noexcept { return message.subspan(place, end - place); }
    [[nodiscard]] PacketResult<DnsName> name_at(std::size_t& here) const {
        auto read = read_dns_name(message, here, at);
        if (!read) return std::unexpected(std::move(read.error()));
        if (read->size > end - here)
            return packet_error(record_name, at + place, here - place, "a name leaves the data");
        here += read->size;
        return read->name;
    }
    [[nodiscard]] std::unexpected<PacketError> refuse(std::string_view wrong) const {
        return packet_error(record_name, at + place, 0, wrong);
    }
};

PacketResult<DnsData> read_txt(const Data& data) {
    DnsTxt txt;
    const Bytes bytes = data.bytes();
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t length = load<std::uint8_t>(bytes, at);
        if (bytes.size() - at - 1 < length) return data.refuse("a string leaves the data");
        std::string text;
        for (const std::byte byte : bytes.subspan(at + 1, length)) text += static_cast<char>(byte);
        txt.strings.push_back(std::move(text));
        at += length + 1;
    }
    return txt;
}

PacketResult<DnsData> read_soa(const Data& data) {
    std::size_t here = data.place;
    auto primary = data.name_at(here);
    if (!primary) return std::unexpected(std::move(primary.error()));
    auto mailbox = data.name_at(here);
    if (!mailbox) return std::unexpected(std::move(mailbox.error()));
    if (data.end - here != 20) return data.refuse("behind the names of SOA stand five numbers");
    const auto number = [&](std::size_t index) { return load<std::uint32_t>(data.message, here + 4 * index); };
    return DnsSoa{*primary, *mailbox, number(0), number(1), number(2), number(3), number(4)};
}

// A name behind `fixed` bytes, up to the end of the data.
PacketResult<DnsName> read_last_name(const Data& data, std::size_t fixed) {
    if (data.end - data.place < fixed + 1) return data.refuse("the data is too short for its type");
    std::size_t here = data.place + fixed;
    auto read = data.name_at(here);
    if (read && here != data.end) return data.refuse("something stands behind the name");
    return read;
}

PacketResult<DnsData> read_data(std::uint16_t type, const Data& data) {
    const std::size_t size = data.end - data.place;
    const auto number = [&](std::size_t index) { return load<std::uint16_t>(data.message, data.place + 2 * index); };
    switch (type) {
        case dns_type::a:
            if (size != 4) return data.refuse("an A record has 4 bytes of data");
            return load_v4(data.message, data.place);
        case dns_type::aaaa:
            if (size != 16) return data.refuse("an AAAA record has 16 bytes of data");
            return load_v6(data.message, data.place);
        case dns_type::ns:
        case dns_type::cname:
        case dns_type::ptr: {
            auto read = read_last_name(data, 0);
            if (!read) return std::unexpected(std::move(read.error()));
            return *read;
        }
        case dns_type::mx: {
            auto read = read_last_name(data, 2);
            if (!read) return std::unexpected(std::move(read.error()));
            return DnsMx{number(0), *read};
        }
        case dns_type::srv: {
            auto read = read_last_name(data, 6);
            if (!read) return std::unexpected(std::move(read.error()));
            return DnsSrv{number(0), number(1), number(2), *read};
        }
        case dns_type::soa:
            return read_soa(data);
        case dns_type::txt:
            return read_txt(data);
        default:
            return DnsRaw{{data.bytes().begin(), data.bytes().end()}};
    }
}

}  // namespace

DnsReader::DnsReader(Bytes message, std::size_t at, const DnsHeader& header) noexcept
    : message_(message),
      at_(at),
      header_(header),
      questions_left_(header.questions),
      records_left_(std::uint32_t{header.answers} + header.authorities + header.additionals) {}

PacketResult<DnsReader> DnsReader::read(Bytes message, std::size_t at) {
    if (message.size() < 12) return too_short(name, at, 12, message.size());
    const auto number = [&](std::size_t index) { return load<std::uint16_t>(message, 2 * index); };
    return DnsReader(message, at, {number(0), number(1), number(2), number(3), number(4), number(5)});
}

std::unexpected<PacketError> DnsReader::stop(PacketError error) noexcept {
    questions_left_ = 0;
    records_left_ = 0;
    return std::unexpected(std::move(error));
}

PacketResult<std::optional<DnsQuestion>> DnsReader::next_question() {
    if (questions_left_ == 0) return std::nullopt;
    auto read = read_dns_name(message_, place_, at_);
    if (!read) return stop(std::move(read.error()));
    const std::size_t behind = place_ + read->size;
    if (message_.size() - behind < 4) {
        return stop(packet_error(name, at_, message_.size(), "it ends in a question").error());
    }
    --questions_left_;
    place_ = behind + 4;
    return DnsQuestion{read->name, load<std::uint16_t>(message_, behind), load<std::uint16_t>(message_, behind + 2)};
}

PacketResult<std::optional<DnsRecord>> DnsReader::next_record() {
    if (records_left_ == 0) return std::nullopt;
    if (questions_left_ > 0) return stop(packet_error(name, at_, place_, "the questions have not been read").error());
    auto read = read_dns_name(message_, place_, at_);
    if (!read) return stop(std::move(read.error()));
    const std::size_t fixed = place_ + read->size;
    if (message_.size() - fixed < 10)
        return stop(packet_error(name, at_, message_.size(), "it ends in a record").error());
    const std::size_t data = fixed + 10;
    const std::size_t size = load<std::uint16_t>(message_, fixed + 8);
    if (message_.size() - data < size) {
        const std::string wrong =
            "says " + std::to_string(size) + " bytes of data, " + std::to_string(message_.size() - data) + " are there";
        return stop(packet_error(record_name, at_ + place_, fixed + 8 - place_, wrong).error());
    }
    const auto type = load<std::uint16_t>(message_, fixed);
    auto value = read_data(type, {message_, data, data + size, at_});
    if (!value) return stop(std::move(value.error()));
    --records_left_;
    place_ = data + size;
    return DnsRecord{read->name, type, load<std::uint16_t>(message_, fixed + 2),
                     load<std::uint32_t>(message_, fixed + 4), std::move(*value)};
}

}  // namespace pier::packet
