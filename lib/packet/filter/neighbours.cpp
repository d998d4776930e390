#include "evaluate.hpp"
#include "values.hpp"

#include <algorithm>

namespace pier::packet::filter {

namespace {

constexpr bool has(Atoms atoms, std::size_t atom) noexcept { return (atoms >> atom & 1U) != 0; }

// The next statement at or behind `at` that has not been left out; the size: none.
std::size_t next_of(const Code& code, std::size_t at) {
    while (at < code.size() && code[at].code == left_out) ++at;
    return at;
}

// "ld #k; add x; tax; ld [x + n]" reads at [x + n + k], with the X from before.
bool move_offset(Code& code, std::size_t first, std::size_t second) {
    const std::size_t add = code[second].code == op::ldx_msh ? next_of(code, second + 1) : second;
    const std::size_t tax = next_of(code, add + 1);
    const std::size_t load = next_of(code, tax + 1);
    if (load >= code.size()) return false;
    if (code[add].code != (op::alu | op::add | op::x) || code[tax].code != op::tax) return false;
    if ((code[load].code & op::class_mask) != op::ld || (code[load].code & op::mode_mask) != op::ind) return false;
    code[load].k += code[first].k;
    code[first].code = code[add].code = code[tax].code = left_out;
    return true;
}

bool simplify_pairs(Code& code, Atoms out) {
    bool changed = false;
    for (std::size_t at = next_of(code, 0); at < code.size();) {
        const std::size_t next = next_of(code, at + 1);
        if (next >= code.size()) break;
        Statement& first = code[at];
        Statement& second = code[next];
        if (first.code == op::st && second == Statement{op::ldx | op::mem, first.k}) {
            second = {op::tax, 0};
            changed = true;
        }
        if (first.code == (op::ld | op::imm) && second.code == op::tax) {
            first.code = op::ldx | op::imm;
            second = {op::txa, 0};
            changed = true;
        }
        if (first.code == (op::ld | op::imm) && !has(out, atom_x)) changed |= move_offset(code, at, next);
        at = next;
    }
    return changed;
}

// The calculation before a comparison with A may be a part of the comparison.
bool merge_last(Block& block, const AtomValues& values, const Values& numbers) {
    Code& code = block.code;
    std::size_t last = code.size();
    while (last > 0 && code[last - 1].code == left_out) --last;
    if (last == 0 || block.comparison != op::jeq) return false;
    Statement& s = code[last - 1];
    if (s.code == (op::alu | op::sub | op::x)) {
        if (const auto x = numbers.constant(values[atom_x])) {
            block.k += *x;
        } else if (block.k == 0) {
            block.comparison = op::jeq | op::x;
        } else {
            return false;
        }
    } else if (s.code == (op::alu | op::sub)) {
        block.k += s.k;
    } else if (s.code == (op::alu | op::bit_and) && block.k == 0) {
        block.comparison = op::jset;
        block.k = s.k;
        std::swap(block.next[0], block.next[1]);
    } else {
        return false;
    }
    s.code = left_out;
    return true;
}

bool decide(Block& block, bool answer) {
    if (block.next[0] == block.next[1]) return false;
    block.next[answer ? 0 : 1] = block.next[answer ? 1 : 0];
    return true;
}

}  // namespace

bool simplify_neighbours(Block& block, Atoms out, const AtomValues& values, const Values& numbers) {
    bool changed = simplify_pairs(block.code, out);
    if (block.is_end()) return changed;
    if (!has(out, atom_a)) changed |= merge_last(block, values, numbers);
    if (block.comparison == op::jset && block.k == 0) changed |= decide(block, false);
    if (const auto x = numbers.constant(values[atom_x]); x && (block.comparison & op::x) != 0) {
        block.k = *x;
        block.comparison = static_cast<std::uint16_t>(block.comparison & ~op::x);
        changed = true;
    }
    if (const auto a = numbers.constant(values[atom_a]); a && (block.comparison & op::x) == 0) {
        changed |= decide(block, holds(block.comparison, *a, block.k));
    }
    return changed;
}

bool leave_out_unread(Block& block, Atoms out, AtomValues& values) {
    std::array<Statement*, atom_count> unread{};
    const auto read = [&unread](Atoms atoms) {
        for (std::size_t atom = 0; atom < atom_count; ++atom) {
            if (has(atoms, atom)) unread[atom] = nullptr;
        }
    };
    bool changed = false;
    for (Statement& s : block.code) {
        read(reads(s));
        const std::size_t atom = writes(s);
        if (atom == atom_count) continue;
        if (unread[atom] != nullptr) {
            unread[atom]->code = left_out;
            changed = true;
        }
        unread[atom] = &s;
    }
    read(comparison_reads(block) | out);
    for (std::size_t atom = 0; atom < atom_count; ++atom) {
        if (unread[atom] == nullptr) continue;
        unread[atom]->code = left_out;
        values[atom] = unknown_value;
        changed = true;
    }
    std::erase_if(block.code, [](const Statement& s) { return s.code == left_out; });
    return changed;
}

}  // namespace pier::packet::filter
