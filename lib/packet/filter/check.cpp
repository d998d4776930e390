#include "evaluate.hpp"

#include <pier/packet/filter/program.hpp>

#include <string_view>

namespace pier::packet {

namespace {

using namespace filter;

bool is_known_load(unsigned code) {
    const unsigned mode = code & op::mode_mask;
    const bool is_word = (code & op::size_mask) == op::word;
    if ((code & op::class_mask) == op::ldx) {
        return code == op::ldx_msh || (is_word && (mode == op::imm || mode == op::mem || mode == op::len));
    }
    if (mode == op::abs || mode == op::ind) return (code & op::size_mask) != op::size_mask;
    return is_word && (mode == op::imm || mode == op::mem || mode == op::len);
}

bool is_known(unsigned code) {
    if (code > 0xff) return false;
    const unsigned operation = code & op::op_mask;
    switch (code & op::class_mask) {
        case op::ld:
        case op::ldx:
            return is_known_load(code);
        case op::st:
        case op::stx:
            return code == op::st || code == op::stx;
        case op::alu:
            return operation == op::neg ? code == (op::alu | op::neg) : operation <= op::bit_xor;
        case op::jmp:
            return operation == op::ja ? code == op::jmp : operation <= op::jset;
        case op::ret:
            return code == op::ret || code == (op::ret | op::ret_a);
        default:
            return code == op::tax || code == op::txa;
    }
}

bool uses_memory(unsigned code) {
    const unsigned kind = code & op::class_mask;
    if (kind == op::st || kind == op::stx) return true;
    return kind <= op::ldx && (code & op::mode_mask) == op::mem;
}

// What is wrong with the instruction, behind which `rest` others stand; nothing: empty.
std::string_view complaint(const FilterInstruction& i, std::size_t rest) {
    if (!is_known(i.code)) return "no instruction has this code";
    if (uses_memory(i.code) && i.constant >= op::memory_words) return "the memory has 16 words";
    const unsigned kind = i.code & op::class_mask;
    const unsigned operation = i.code & op::op_mask;
    if (kind == op::alu && (i.code & op::x) == 0) return fault_of_constant(operation, i.constant);
    if (kind != op::jmp) return {};
    const bool is_outside = operation == op::ja ? i.constant >= rest : i.jump_true >= rest || i.jump_false >= rest;
    return is_outside ? "jumps out of the program" : "";
}

std::unexpected<PacketError> wrong(std::size_t index, std::string_view what) {
    return std::unexpected(
        PacketError{index, "filter instruction " + std::to_string(index) + ": " + std::string(what)});
}

}  // namespace

PacketResult<void> check_filter(std::span<const FilterInstruction> program) {
    if (program.empty()) return wrong(0, "the program is empty");
    if (program.size() > op::most_instructions) return wrong(op::most_instructions, "a program has at most 4,096");
    for (std::size_t at = 0; at < program.size(); ++at) {
        const std::string_view what = complaint(program[at], program.size() - at - 1);
        if (!what.empty()) return wrong(at, what);
    }
    if ((program.back().code & op::class_mask) != op::ret) return wrong(program.size() - 1, "no return is at the end");
    return {};
}

}  // namespace pier::packet
