// Programs of packet filters: looked at, run and shown, without a system that takes them.
#pragma once

#include <pier/link/filter.hpp>
#include <pier/packet/bytes.hpp>
#include <pier/packet/error.hpp>

#include <cstdint>
#include <span>
#include <string>

namespace pier::packet {

// What systems ask of a program before they take it (bpf(4), the kernel's bpf_check_classic()): 1 to 4,096 known
// instructions, no jump out of the program, no constant divisor 0, no constant shift of more than 31 bits, 16 words of
// memory, and a return at the end. The error's offset is the instruction's index. Any thread.
[[nodiscard]] PacketResult<void> check_filter(std::span<const FilterInstruction> program);

// How many bytes of the packet the program takes; 0: it does not want the packet. `packet` is what is there of it,
// `wire_length` what it had when it was sent. A load from outside of the packet returns 0, and so does a division by 0,
// and whatever check_filter() would not let through. Any thread, no memory from the heap.
[[nodiscard]] std::uint32_t run_filter(std::span<const FilterInstruction> program, Bytes packet,
                                       std::uint32_t wire_length) noexcept;

// A line for each instruction, as "tcpdump -d" prints it; "\n" ends each.
[[nodiscard]] std::string format_filter(std::span<const FilterInstruction> program);

}  // namespace pier::packet
