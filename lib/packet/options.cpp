#include <pier/packet/options.hpp>

#include <string>

namespace pier::packet {
namespace {

constexpr std::string_view writer = "options";

bool is_single(OptionForm form, std::uint8_t kind) noexcept {
    if (form == OptionForm::ipv4_or_tcp) return kind <= 1;
    return form == OptionForm::ipv6 && kind == 0;
}

// Of the whole option, by the number in its length field.
std::size_t whole_size(OptionForm form, std::uint8_t length) noexcept {
    if (form == OptionForm::ipv6) return std::size_t{length} + 2;
    return form == OptionForm::neighbour ? std::size_t{length} * 8 : length;
}

}  // namespace

PacketResult<std::optional<Option>> OptionReader::next() {
    const std::size_t start = place_;
    if (start >= list_.size()) return std::nullopt;
    place_ = list_.size();  // where an error or an end leaves it
    const auto kind = load<std::uint8_t>(list_, start);
    if (is_single(form_, kind)) {
        if (form_ == OptionForm::ipv4_or_tcp && kind == 0) return std::nullopt;
        place_ = start + 1;
        return Option{kind, {}, start};
    }
    const std::string name = "option " + std::to_string(kind) + " at " + std::to_string(at_ + start);
    if (start + 1 == list_.size()) return packet_error(what_, at_, start + 1, name + " has no length");
    const std::size_t size = whole_size(form_, load<std::uint8_t>(list_, start + 1));
    if (size < 2) return packet_error(what_, at_, start + 1, name + " says it has " + std::to_string(size) + " bytes");
    if (size > list_.size() - start) {
        return packet_error(what_, at_, start + 1,
                            name + " says it has " + std::to_string(size) + " bytes, " +
                                std::to_string(list_.size() - start) + " are there");
    }
    place_ = start + size;
    return Option{kind, list_.subspan(start + 2, size - 2), start};
}

PacketResult<void> OptionWriter::add(std::uint8_t kind, Bytes data) {
    const std::size_t left = room_.size() - size_;
    if (data.empty() && is_single(form_, kind)) {
        if (left < 1) return no_room(writer, size_ + 1, room_.size());
        store(room_, size_++, kind);
        return {};
    }
    const std::size_t size = data.size() + 2;
    const bool said = form_ == OptionForm::neighbour ? size % 8 == 0 && size / 8 <= 255
                                                     : (form_ == OptionForm::ipv6 ? data.size() : size) <= 255;
    if (!said || is_single(form_, kind)) {
        return not_buildable(
            writer, "kind " + std::to_string(kind) + " can't have " + std::to_string(data.size()) + " bytes of data");
    }
    if (left < size) return no_room(writer, size_ + size, room_.size());
    const std::size_t length =
        form_ == OptionForm::neighbour ? size / 8 : (form_ == OptionForm::ipv6 ? data.size() : size);
    place(room_, size_ + 2, data);
    store(room_, size_, kind);
    store(room_, size_ + 1, static_cast<std::uint8_t>(length));
    size_ += size;
    return {};
}

PacketResult<void> OptionWriter::pad(std::size_t unit) {
    const std::size_t missing = (unit - size_ % unit) % unit;
    if (missing == 0) return {};
    if (room_.size() - size_ < missing) return no_room(writer, size_ + missing, room_.size());
    for (std::size_t i = 0; i < missing; ++i) store(room_, size_ + i, std::uint8_t{0});
    if (form_ == OptionForm::ipv6 && missing > 1) {
        store(room_, size_, std::uint8_t{1});
        store(room_, size_ + 1, static_cast<std::uint8_t>(missing - 2));
    }
    size_ += missing;
    return {};
}

}  // namespace pier::packet
