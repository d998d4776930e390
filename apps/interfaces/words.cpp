#include "words.hpp"

namespace interfaces {

std::string_view state(const pier::Interface& each) noexcept {
    if (!each.up) return "down";
    return each.running ? "up" : "no link";
}

std::string_view kind(const pier::Interface& each) noexcept {
    if (each.loopback) return "loopback";
    if (each.point_to_point) return "point-to-point";
    return each.broadcast ? "broadcast" : "other";
}

std::string_view state(const pier::InterfaceAddress& each) noexcept {
    switch (each.state) {
        case pier::AddressState::usable:
            break;
        case pier::AddressState::tentative:
            return "tentative";
        case pier::AddressState::duplicate:
            return "duplicate";
        case pier::AddressState::deprecated:
            return "deprecated";
    }
    return "usable";
}

std::string hardware_address(const pier::Interface& each) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : each.hardware_address) {
        if (!text.empty()) text += ':';
        text += digits[byte >> 4];
        text += digits[byte & 0xf];
    }
    return text;
}

}  // namespace interfaces
