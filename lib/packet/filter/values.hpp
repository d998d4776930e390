// Numbers for values: equal numbers are equal values, whatever the packet holds.
#pragma once

#include "graph.hpp"

#include <map>
#include <optional>
#include <tuple>
#include <vector>

namespace pier::packet::filter {

using Value = std::uint32_t;
inline constexpr Value unknown_value = 0;
using AtomValues = std::array<Value, atom_count>;

class Values {
public:
    // What the operation `code` gives with these two.
    Value of(std::uint16_t code, std::uint32_t first, std::uint32_t second);
    Value of_constant(std::uint32_t k) { return of(op::ld | op::imm, k, 0); }
    [[nodiscard]] std::optional<std::uint32_t> constant(Value value) const;

private:
    std::map<std::tuple<std::uint16_t, std::uint32_t, std::uint32_t>, Value> numbers_;
    std::vector<std::optional<std::uint32_t>> constants_{std::nullopt};
};

// What has been left out. It is taken out of the code when the block is done.
inline constexpr std::uint16_t left_out = 0xffff;

// Which atoms a statement reads, and the one that it writes (atom_count: none).
[[nodiscard]] Atoms reads(const Statement& s) noexcept;
[[nodiscard]] std::size_t writes(const Statement& s) noexcept;
[[nodiscard]] Atoms comparison_reads(const Block& block) noexcept;

// Follows the statement: `values` is what the atoms hold before it, then what they hold behind it. Where `may_change`,
// the statement becomes a simpler one if there is one, which is said by true.
bool follow(Statement& s, AtomValues& values, Values& numbers, bool may_change);

// Simpler statements and comparison by looking at neighbours; then what writes and is not read goes out. `out` is what
// is read behind the block. `values` is what the atoms hold at its end. True: something has changed.
bool simplify_neighbours(Block& block, Atoms out, const AtomValues& values, const Values& numbers);
bool leave_out_unread(Block& block, Atoms out, AtomValues& values);

}  // namespace pier::packet::filter
