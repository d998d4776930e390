// A filter as blocks of statements with a comparison at their end, and two edges to the blocks behind it. There are no
// cycles.
#pragma once

#include "predicate.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace pier::packet::filter {

// What a statement reads or writes: a word of the memory, A or X.
inline constexpr std::size_t atom_a = op::memory_words;
inline constexpr std::size_t atom_x = atom_a + 1;
inline constexpr std::size_t atom_count = atom_x + 1;
using Atoms = std::uint32_t;  // a bit for each

using BlockIndex = std::uint32_t;
inline constexpr BlockIndex no_block = UINT32_MAX;

struct Block {
    Code code;
    std::uint16_t comparison = op::jeq;                  // of a block that is no end
    std::uint32_t k = 0;                                 // what is compared with; of an end: what is returned
    std::array<BlockIndex, 2> next{no_block, no_block};  // where the comparison is false, and where it is true

    [[nodiscard]] bool is_end() const noexcept { return next[0] == no_block; }
    [[nodiscard]] BlockIndex on_false() const noexcept { return next[0]; }
    [[nodiscard]] BlockIndex on_true() const noexcept { return next[1]; }
};

struct Graph {
    std::vector<Block> blocks;
    BlockIndex root = 0;
};

// The ends of `wanted` packets return `snap_length`, those of others 0.
[[nodiscard]] Graph lower(const Predicate& wanted, std::uint32_t snap_length);

// The same answers by fewer instructions. Ends after a bounded number of passes.
void optimize(Graph& graph);

// The blocks that the root leads to, from the last to the first: each stands behind all that lead to it.
[[nodiscard]] std::vector<BlockIndex> by_layout(const Graph& graph);

}  // namespace pier::packet::filter
