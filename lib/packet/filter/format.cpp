#include "opcode.hpp"

#include <pier/packet/filter/program.hpp>

#include <array>
#include <cstdio>

namespace pier::packet {

namespace {

using namespace filter;

template <class... Values>
std::string print(const char* form, Values... values) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), form, values...);
    return text.data();
}

const char* load_name(unsigned code) {
    if ((code & op::class_mask) == op::ldx) return code == op::ldx_msh ? "ldxb" : "ldx";
    switch (code & op::size_mask) {
        case op::half:
            return "ldh";
        case op::byte:
            return "ldb";
        default:
            return "ld";
    }
}

std::string load_operand(unsigned code, std::uint32_t k) {
    switch (code & op::mode_mask) {
        case op::imm:
            return print("#0x%x", k);
        case op::abs:
            return print("[%u]", k);
        case op::ind:
            return print("[x + %u]", k);
        case op::mem:
            return print("M[%u]", k);
        case op::len:
            return "#pktlen";
        default:
            return print("4*([%u]&0xf)", k);
    }
}

std::string operand(unsigned code, std::uint32_t k) {
    if ((code & op::x) != 0) return "x";
    const unsigned operation = code & op::op_mask;
    const bool is_bits = operation == op::bit_and || operation == op::bit_or || operation == op::bit_xor;
    return print(is_bits ? "#0x%x" : "#%u", k);
}

const char* alu_name(unsigned code) {
    constexpr std::array names{"add", "sub", "mul", "div", "or", "and", "lsh", "rsh", "neg", "mod", "xor"};
    const unsigned index = (code & op::op_mask) >> 4;
    return index < names.size() ? names[index] : "unimp";
}

const char* jump_name(unsigned code) {
    constexpr std::array names{"ja", "jeq", "jgt", "jge", "jset"};
    const unsigned index = (code & op::op_mask) >> 4;
    return index < names.size() ? names[index] : "unimp";
}

struct Words {
    std::string name;
    std::string operand;
};

Words words_of(const FilterInstruction& i, std::size_t at) {
    switch (i.code & op::class_mask) {
        case op::ld:
        case op::ldx:
            return {load_name(i.code), load_operand(i.code, i.constant)};
        case op::st:
            return {"st", print("M[%u]", i.constant)};
        case op::stx:
            return {"stx", print("M[%u]", i.constant)};
        case op::alu:
            if ((i.code & op::op_mask) == op::neg) return {"neg", ""};
            return {alu_name(i.code), operand(i.code, i.constant)};
        case op::jmp:
            if (i.code == op::jmp) return {"ja", print("%zu", at + 1 + i.constant)};
            return {jump_name(i.code), (i.code & op::x) != 0 ? "x" : print("#0x%x", i.constant)};
        case op::ret:
            return {"ret", (i.code & op::ret_a) != 0 ? "" : print("#%u", i.constant)};
        default:
            return {i.code == op::txa ? "txa" : "tax", ""};
    }
}

}  // namespace

std::string format_filter(std::span<const FilterInstruction> program) {
    std::string text;
    for (std::size_t at = 0; at < program.size(); ++at) {
        const FilterInstruction& i = program[at];
        const Words words = words_of(i, at);
        const bool branches = (i.code & op::class_mask) == op::jmp && i.code != op::jmp;
        text +=
            print(branches ? "(%03zu) %-8s %-16s" : "(%03zu) %-8s %s", at, words.name.c_str(), words.operand.c_str());
        if (branches) text += print(" jt %zu\tjf %zu", at + 1 + i.jump_true, at + 1 + i.jump_false);
        text += '\n';
    }
    return text;
}

}  // namespace pier::packet
