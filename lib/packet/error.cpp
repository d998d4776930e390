#include <pier/packet/error.hpp>

#include <utility>

namespace pier::packet {

std::unexpected<PacketError> packet_error(std::string_view what, std::size_t at, std::size_t inside,
                                          std::string_view wrong) {
    std::string sentence(what);
    sentence.append(" at ").append(std::to_string(at)).append(": ").append(wrong);
    return std::unexpected(PacketError{at + inside, std::move(sentence)});
}

std::unexpected<PacketError> too_short(std::string_view what, std::size_t at, std::size_t needed, std::size_t there) {
    const std::string wrong = std::to_string(needed) + " bytes are needed, " + std::to_string(there) +
                              (there == 1 ? " is there" : " are there");
    return packet_error(what, at, there, wrong);
}

std::unexpected<PacketError> no_room(std::string_view what, std::size_t needed, std::size_t there) {
    std::string sentence(what);
    sentence.append(": ").append(std::to_string(needed)).append(" bytes are needed, the room has ");
    sentence.append(std::to_string(there));
    return std::unexpected(PacketError{there, std::move(sentence)});
}

std::unexpected<PacketError> not_buildable(std::string_view what, std::string_view wrong) {
    std::string sentence(what);
    sentence.append(": ").append(wrong);
    return std::unexpected(PacketError{0, std::move(sentence)});
}

}  // namespace pier::packet
