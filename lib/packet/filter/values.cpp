#include "values.hpp"

#include "evaluate.hpp"

namespace pier::packet::filter {

namespace {

bool write(Statement& s, Value& to, Value value, bool may_change) {
    if (may_change && value != unknown_value && to == value) {
        s.code = left_out;
        return true;
    }
    to = value;
    return false;
}

bool become_constant(Statement& s, std::uint32_t k) {
    s = {op::ld | op::imm, k};
    return true;
}

// With a constant operand. What the statement becomes is followed by the caller.
bool simplify_by_constant(Statement& s, std::optional<std::uint32_t> a) {
    const unsigned operation = s.code & op::op_mask;
    if (a) {
        if (const auto result = calculate(operation, *a, s.k)) return become_constant(s, *result);
        return false;
    }
    if (s.k != 0) return false;
    switch (operation) {
        case op::add:
        case op::sub:
        case op::lsh:
        case op::rsh:
        case op::bit_or:
        case op::bit_xor:
            s.code = left_out;
            return true;
        case op::mul:
        case op::bit_and:
            return become_constant(s, 0);
        default:
            return false;
    }
}

bool follow_calculation(Statement& s, AtomValues& values, Values& numbers, bool may_change) {
    Value& a = values[atom_a];
    bool changed = false;
    const auto known_a = numbers.constant(a);
    if ((s.code & op::op_mask) == op::neg) {
        if (may_change && known_a) {
            changed = become_constant(s, 0U - *known_a);
            a = numbers.of_constant(s.k);
        } else {
            a = numbers.of(s.code, a, 0);
        }
        return changed;
    }
    if ((s.code & op::x) != 0) {
        const auto known_x = numbers.constant(values[atom_x]);
        if (may_change && known_x) {
            s.code = static_cast<std::uint16_t>(s.code & ~op::x);
            s.k = *known_x;
            changed = true;
        } else if (may_change && known_a == 0U) {
            const unsigned operation = s.code & op::op_mask;
            if (operation == op::add || operation == op::bit_or || operation == op::bit_xor) {
                s = {op::txa, 0};
                write(s, a, values[atom_x], may_change);
                return true;
            }
            if (operation != op::sub && operation != op::div && operation != op::mod) {
                become_constant(s, 0);
                a = numbers.of_constant(0);
                return true;
            }
        }
    }
    if ((s.code & op::x) == 0) {
        if (may_change && simplify_by_constant(s, known_a)) {
            if (s.code != left_out) a = numbers.of_constant(s.k);
            return true;
        }
        a = numbers.of(s.code, a, numbers.of_constant(s.k));
        return changed;
    }
    a = numbers.of(s.code, a, values[atom_x]);
    return changed;
}

bool follow_load(Statement& s, AtomValues& values, Values& numbers, bool may_change) {
    const bool is_x = (s.code & op::class_mask) == op::ldx;
    Value& to = values[is_x ? atom_x : atom_a];
    bool changed = false;
    Value value = unknown_value;
    switch (s.code & op::mode_mask) {
        case op::imm:
            value = numbers.of_constant(s.k);
            break;
        case op::mem:
            value = values[s.k];
            if (const auto known = numbers.constant(value); may_change && known) {
                s = {static_cast<std::uint16_t>((is_x ? op::ldx : op::ld) | op::imm), *known};
                changed = true;
            }
            break;
        case op::ind:
            if (const auto known = numbers.constant(values[atom_x]); may_change && known) {
                s.code = static_cast<std::uint16_t>((s.code & ~op::mode_mask) | op::abs);
                s.k += *known;
                value = numbers.of(s.code, s.k, 0);
                changed = true;
            } else {
                value = numbers.of(s.code, s.k, values[atom_x]);
            }
            break;
        default:
            value = numbers.of(s.code, s.k, 0);
            break;
    }
    return write(s, to, value, may_change) || changed;
}

}  // namespace

Value Values::of(std::uint16_t code, std::uint32_t first, std::uint32_t second) {
    const auto [place, is_new] = numbers_.try_emplace({code, first, second}, static_cast<Value>(constants_.size()));
    if (is_new) constants_.push_back(code == (op::ld | op::imm) ? std::optional(first) : std::nullopt);
    return place->second;
}

std::optional<std::uint32_t> Values::constant(Value value) const { return constants_[value]; }

Atoms reads(const Statement& s) noexcept {
    constexpr Atoms a = 1U << atom_a;
    constexpr Atoms x = 1U << atom_x;
    if (s.code == left_out) return 0;
    switch (s.code & op::class_mask) {
        case op::ld:
        case op::ldx:
            if ((s.code & op::mode_mask) == op::ind) return x;
            return (s.code & op::mode_mask) == op::mem ? 1U << s.k : 0;
        case op::st:
            return a;
        case op::stx:
            return x;
        case op::alu:
            return (s.code & op::x) != 0 ? a | x : a;
        default:
            return s.code == op::txa ? x : a;
    }
}

std::size_t writes(const Statement& s) noexcept {
    if (s.code == left_out) return atom_count;
    switch (s.code & op::class_mask) {
        case op::ld:
        case op::alu:
            return atom_a;
        case op::ldx:
            return atom_x;
        case op::st:
        case op::stx:
            return s.k;
        default:
            return s.code == op::txa ? atom_a : atom_x;
    }
}

Atoms comparison_reads(const Block& block) noexcept {
    if (block.is_end()) return 0;
    return (block.comparison & op::x) != 0 ? 1U << atom_a | 1U << atom_x : 1U << atom_a;
}

bool follow(Statement& s, AtomValues& values, Values& numbers, bool may_change) {
    if (s.code == left_out) return false;
    switch (s.code & op::class_mask) {
        case op::ld:
        case op::ldx:
            return follow_load(s, values, numbers, may_change);
        case op::st:
            return write(s, values[s.k], values[atom_a], may_change);
        case op::stx:
            return write(s, values[s.k], values[atom_x], may_change);
        case op::alu:
            return follow_calculation(s, values, numbers, may_change);
        default:
            return s.code == op::txa ? write(s, values[atom_a], values[atom_x], may_change)
                                     : write(s, values[atom_x], values[atom_a], may_change);
    }
}

}  // namespace pier::packet::filter
