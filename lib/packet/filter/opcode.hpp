// The parts of an instruction's code (bpf(4)).
#pragma once

#include <cstdint>

namespace pier::packet::filter::op {

inline constexpr std::uint16_t class_mask = 0x07;
inline constexpr std::uint16_t ld = 0x00, ldx = 0x01, st = 0x02, stx = 0x03, alu = 0x04, jmp = 0x05, ret = 0x06,
                               misc = 0x07;
inline constexpr std::uint16_t word = 0x00, half = 0x08, byte = 0x10, size_mask = 0x18;
inline constexpr std::uint16_t imm = 0x00, abs = 0x20, ind = 0x40, mem = 0x60, len = 0x80, msh = 0xa0, mode_mask = 0xe0;
inline constexpr std::uint16_t add = 0x00, sub = 0x10, mul = 0x20, div = 0x30, bit_or = 0x40, bit_and = 0x50,
                               lsh = 0x60, rsh = 0x70, neg = 0x80, mod = 0x90, bit_xor = 0xa0, op_mask = 0xf0;
inline constexpr std::uint16_t ja = 0x00, jeq = 0x10, jgt = 0x20, jge = 0x30, jset = 0x40;
inline constexpr std::uint16_t x = 0x08;  // the operand is X, not the constant
inline constexpr std::uint16_t ret_a = 0x10;
inline constexpr std::uint16_t tax = misc, txa = misc | 0x80;
inline constexpr std::uint16_t ldx_msh = ldx | msh | byte;  // X = 4 * (byte & 0xf), the length of an IPv4 header

inline constexpr std::uint32_t memory_words = 16;
inline constexpr std::uint32_t most_instructions = 4096;

}  // namespace pier::packet::filter::op
