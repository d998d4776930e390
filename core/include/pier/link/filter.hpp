// Instructions of classic BPF, the language of packet filters: "The BSD Packet Filter" (McCanne and Jacobson, 1993),
// linux/filter.h, bpf(4), "struct bpf_insn" of Npcap.
#pragma once

#include <cstdint>

namespace pier {

// One instruction; a filter is a list of them. It gets a frame, and its answer is how many bytes of the frame are kept;
// 0 is none.
struct FilterInstruction {
    std::uint16_t code = 0;
    std::uint8_t jump_true = 0;   // instructions to pass over
    std::uint8_t jump_false = 0;  // instructions to pass over
    std::uint32_t constant = 0;   // "k"
};
static_assert(sizeof(FilterInstruction) == 8);

}  // namespace pier
