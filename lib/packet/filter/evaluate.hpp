// The arithmetic of the machine, for the interpreter and for what is known while compiling.
#pragma once

#include "opcode.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace pier::packet::filter {

// Nothing: a division by 0. `code` is one of op::add ... op::bit_xor.
[[nodiscard]] constexpr std::optional<std::uint32_t> calculate(unsigned code, std::uint32_t a,
                                                               std::uint32_t b) noexcept {
    switch (code) {
        case op::add:
            return a + b;
        case op::sub:
            return a - b;
        case op::mul:
            return a * b;
        case op::div:
            return b == 0 ? std::nullopt : std::optional(a / b);
        case op::mod:
            return b == 0 ? std::nullopt : std::optional(a % b);
        case op::bit_or:
            return a | b;
        case op::bit_and:
            return a & b;
        case op::bit_xor:
            return a ^ b;
        case op::lsh:
            return b > 31 ? 0 : a << b;
        case op::rsh:
            return b > 31 ? 0 : a >> b;
        default:
            return std::nullopt;
    }
}

// Why no system takes the operation `code` with this constant behind it; empty: they do.
[[nodiscard]] constexpr std::string_view fault_of_constant(unsigned code, std::uint32_t constant) noexcept {
    if ((code == op::div || code == op::mod) && constant == 0) return "divides by 0";
    if ((code == op::lsh || code == op::rsh) && constant > 31) return "shifts by more than 31 bits";
    return {};
}

// `code` is one of op::jeq ... op::jset.
[[nodiscard]] constexpr bool holds(unsigned code, std::uint32_t a, std::uint32_t b) noexcept {
    switch (code) {
        case op::jeq:
            return a == b;
        case op::jgt:
            return a > b;
        case op::jge:
            return a >= b;
        default:
            return (a & b) != 0;
    }
}

}  // namespace pier::packet::filter
