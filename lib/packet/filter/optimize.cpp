// Two rounds of passes. The first one changes edges: where the way to a block says how its comparison ends, the way
// leads past it; and blocks that compare the same value come together. Each block still computes what it compares, so
// edges are free to move. The second round takes out what the blocks before have computed. Then equal blocks become
// one.
#include "evaluate.hpp"
#include "values.hpp"

#include <algorithm>
#include <bit>

namespace pier::packet::filter {

namespace {

// Enough for any filter that was tried; a filter that wants more is right, but longer than it could be.
constexpr int most_passes = 2000;
constexpr int most_passes_of_moves = 100;

class BitSet {
public:
    explicit BitSet(std::size_t bits, bool value) : words_((bits + 63) / 64, value ? ~std::uint64_t{0} : 0) {}
    void insert(std::size_t bit) { words_[bit / 64] |= std::uint64_t{1} << bit % 64; }
    [[nodiscard]] bool contains(std::size_t bit) const { return (words_[bit / 64] >> bit % 64 & 1U) != 0; }
    void intersect(const BitSet& other) {
        for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
    }
    // The first one at or behind `from`; the size in bits, rounded up: none.
    [[nodiscard]] std::size_t next(std::size_t from) const {
        for (std::size_t i = from / 64; i < words_.size(); ++i) {
            const std::uint64_t rest = i == from / 64 ? words_[i] >> from % 64 << from % 64 : words_[i];
            if (rest != 0) return i * 64 + static_cast<std::size_t>(std::countr_zero(rest));
        }
        return words_.size() * 64;
    }
    [[nodiscard]] std::size_t end() const { return words_.size() * 64; }

private:
    std::vector<std::uint64_t> words_;
};

struct Edge {
    BlockIndex from = no_block;
    std::size_t side = 0;
};

// What a pass knows of a block.
struct Knowledge {
    std::size_t level = 0;  // the longest way to an end
    Atoms out = 0;          // what is read behind the block before it is written
    Atoms in = 0;           // and what in it or behind it
    AtomValues values{};    // at its end
    Value compared_with = 0;
    std::vector<Edge> entries;
};

class Optimizer {
public:
    explicit Optimizer(Graph& graph) : graph_(graph), known_(graph.blocks.size()), number_(graph.blocks.size()) {
        number_blocks();
    }

    void run(bool may_change_statements) {
        int moves = 0;
        for (int pass = 0; pass < most_passes && moves < most_passes_of_moves; ++pass) {
            changed_ = moved_ = false;
            find_levels();
            find_reads();
            find_dominators();
            follow_blocks(may_change_statements);
            if (!may_change_statements) {
                shorten_ways();
                pull_blocks();
            }
            if (!changed_ && !moved_) return;
            moves = changed_ ? 0 : moves + 1;
        }
    }

    void join_equal_blocks() {
        for (bool joined = true; joined;) {
            joined = false;
            find_levels();
            const std::vector<BlockIndex> order = ordered();
            std::vector<BlockIndex> same(graph_.blocks.size(), no_block);
            for (std::size_t i = order.size(); i-- > 0;) {
                for (std::size_t j = i + 1; j < order.size() && same[order[i]] == no_block; ++j) {
                    if (!is_equal(block(order[i]), block(order[j]))) continue;
                    same[order[i]] = same[order[j]] == no_block ? order[j] : same[order[j]];
                }
            }
            for (const BlockIndex b : order) {
                for (BlockIndex& next : block(b).next) {
                    if (next == no_block || same[next] == no_block) continue;
                    next = same[next];
                    joined = true;
                }
            }
        }
    }

    // The root may compute and have nothing to decide.
    void shorten_root() {
        Code code = std::move(block(graph_.root).code);
        block(graph_.root).code.clear();
        while (!block(graph_.root).is_end() && block(graph_.root).next[0] == block(graph_.root).next[1]) {
            graph_.root = block(graph_.root).next[0];
        }
        Code& rest = block(graph_.root).code;
        rest.insert(rest.begin(), code.begin(), code.end());
        if (block(graph_.root).is_end()) rest.clear();
    }

private:
    [[nodiscard]] Block& block(BlockIndex b) { return graph_.blocks[b]; }
    [[nodiscard]] BlockIndex& target(const Edge& e) { return graph_.blocks[e.from].next[e.side]; }
    // True sides first: the order in which what is known of a way is asked.
    [[nodiscard]] std::size_t edge_number(const Edge& e) const {
        return number_[e.from] + (e.side == 0 ? blocks_in_order_.size() : 0);
    }
    [[nodiscard]] Edge edge_of(std::size_t number) const {
        const std::size_t count = blocks_in_order_.size();
        return number < count ? Edge{blocks_in_order_[number], 1} : Edge{blocks_in_order_[number - count], 0};
    }

    static bool is_equal(const Block& a, const Block& b) {
        return a.comparison == b.comparison && a.k == b.k && a.next == b.next && a.code == b.code;
    }

    void number_blocks() {
        std::vector<bool> seen(graph_.blocks.size());
        std::vector<BlockIndex> waiting{graph_.root};
        while (!waiting.empty()) {
            const BlockIndex b = waiting.back();
            waiting.pop_back();
            if (seen[b]) continue;
            seen[b] = true;
            number_[b] = blocks_in_order_.size();
            blocks_in_order_.push_back(b);
            if (block(b).is_end()) continue;
            waiting.push_back(block(b).on_false());
            waiting.push_back(block(b).on_true());
        }
    }

    // The blocks that are still reached, in the order of their numbers.
    [[nodiscard]] std::vector<BlockIndex> ordered() const {
        std::vector<BlockIndex> order;
        for (const auto& level : levels_) order.insert(order.end(), level.begin(), level.end());
        std::ranges::sort(order, {}, [this](BlockIndex b) { return number_[b]; });
        return order;
    }

    void find_levels() {
        levels_.clear();
        std::vector<std::uint8_t> state(
            graph_.blocks.size());  // 0: new, 1 and 2: its true and its false side are begun
        std::vector<BlockIndex> stack{graph_.root};
        while (!stack.empty()) {
            const BlockIndex b = stack.back();
            if (!block(b).is_end() && state[b] < 2) {
                const BlockIndex next = block(b).next[state[b] == 0 ? 1 : 0];
                ++state[b];
                if (state[next] == 0) stack.push_back(next);
                continue;
            }
            stack.pop_back();
            state[b] = 3;
            Knowledge& known = known_[b];
            known.entries.clear();
            known.level =
                block(b).is_end() ? 0 : std::max(known_[block(b).next[0]].level, known_[block(b).next[1]].level) + 1;
            if (levels_.size() <= known.level) levels_.resize(known.level + 1);
            levels_[known.level].push_back(b);
        }
        for (auto& level : levels_) std::ranges::reverse(level);
    }

    void find_reads() {
        for (std::size_t i = 0; i < levels_.size(); ++i) {
            for (const BlockIndex b : levels_[i]) {
                Knowledge& known = known_[b];
                known.out = i == 0 ? 0 : known_[block(b).next[0]].in | known_[block(b).next[1]].in;
                known.in = known.out | comparison_reads(block(b));
                const Code& code = block(b).code;
                for (auto s = code.rbegin(); s != code.rend(); ++s) {
                    if (const std::size_t atom = writes(*s); atom != atom_count) known.in &= ~(1U << atom);
                    known.in |= reads(*s);
                }
            }
        }
    }

    // Which blocks, and which edges, every way from the root to a block goes through.
    void find_dominators() {
        const std::size_t count = blocks_in_order_.size();
        dominators_.assign(count, BitSet(count, true));
        ways_.assign(count, BitSet(2 * count, true));
        dominators_[number_[graph_.root]] = BitSet(count, false);
        ways_[number_[graph_.root]] = BitSet(2 * count, false);
        for (std::size_t i = levels_.size(); i-- > 0;) {
            for (const BlockIndex b : levels_[i]) {
                dominators_[number_[b]].insert(number_[b]);
                if (block(b).is_end()) continue;
                for (std::size_t side = 0; side < 2; ++side) {
                    const std::size_t next = number_[block(b).next[side]];
                    dominators_[next].intersect(dominators_[number_[b]]);
                    BitSet way = ways_[number_[b]];
                    way.insert(edge_number({b, side}));
                    ways_[next].intersect(way);
                }
            }
        }
    }

    void find_entries() {
        for (const auto& level : levels_) {
            for (const BlockIndex b : level) known_[b].entries.clear();
        }
        for (std::size_t i = levels_.size(); i-- > 1;) {
            for (const BlockIndex b : levels_[i]) {
                for (const std::size_t side : {std::size_t{1}, std::size_t{0}}) {
                    auto& entries = known_[block(b).next[side]].entries;
                    entries.insert(entries.begin(), {b, side});
                }
            }
        }
    }

    void follow_blocks(bool may_change) {
        values_ = Values();
        find_entries();
        for (std::size_t i = levels_.size(); i-- > 0;) {
            for (const BlockIndex b : levels_[i]) follow_block(b, may_change);
        }
    }

    void follow_block(BlockIndex b, bool may_change) {
        Knowledge& known = known_[b];
        AtomValues& values = known.values;
        values = known.entries.empty() ? AtomValues{} : known_[known.entries[0].from].values;
        for (const Edge& entry : known.entries) {
            for (std::size_t atom = 0; atom < atom_count; ++atom) {
                if (values[atom] != known_[entry.from].values[atom]) values[atom] = unknown_value;
            }
        }
        const Value a = values[atom_a];
        const Value x = values[atom_x];
        for (Statement& s : block(b).code) changed_ |= follow(s, values, values_, may_change);
        const bool is_same = a != unknown_value && values[atom_a] == a && x != unknown_value && values[atom_x] == x;
        if (may_change && (block(b).is_end() || (known.out == 0 && is_same))) {
            changed_ |= !block(b).code.empty();
            block(b).code.clear();
        } else {
            changed_ |= simplify_neighbours(block(b), known.out, values, values_);
            changed_ |= leave_out_unread(block(b), known.out, values);
        }
        known.compared_with = (block(b).comparison & op::x) != 0 ? values[atom_x] : values_.of_constant(block(b).k);
    }

    // Whether `to` and what is behind it would find other values, were it entered right from `from`.
    [[nodiscard]] bool differs(BlockIndex from, BlockIndex to) const {
        for (std::size_t atom = 0; atom < atom_count; ++atom) {
            const bool is_read = (known_[to].out >> atom & 1U) != 0;
            if (is_read && known_[from].values[atom] != known_[to].values[atom]) return true;
        }
        return false;
    }

    // Where block `b` leads, when `taken` was taken before; no_block: that does not say it.
    [[nodiscard]] BlockIndex follow_after(BlockIndex b, const Edge& taken) {
        const Block& before = block(taken.from);
        if (before.comparison != block(b).comparison) return no_block;
        if (known_[b].values[atom_a] != known_[taken.from].values[atom_a]) return no_block;
        if (known_[b].compared_with == known_[taken.from].compared_with) return block(b).next[taken.side];
        // It is one constant, so it isn't another one.
        return taken.side == 1 && before.comparison == op::jeq ? block(b).on_false() : no_block;
    }

    void shorten_ways() {
        for (std::size_t i = 1; i < levels_.size(); ++i) {
            for (const BlockIndex b : levels_[i]) {
                shorten_way({b, 1});
                shorten_way({b, 0});
            }
        }
        find_entries();
    }

    void shorten_way(const Edge& edge) {
        if (block(target(edge)).is_end()) return;
        const Block& next = block(target(edge));
        if (next.next[0] == next.next[1] && !differs(edge.from, next.next[0])) {
            target(edge) = next.next[0];
            changed_ = true;
            if (block(target(edge)).is_end()) return;
        }
        BitSet way = ways_[number_[edge.from]];
        way.insert(edge_number(edge));
        for (std::size_t bit = way.next(0); bit < way.end();) {
            const BlockIndex to = follow_after(target(edge), edge_of(bit));
            if (to == no_block || differs(edge.from, to)) {
                bit = way.next(bit + 1);
                continue;
            }
            target(edge) = to;
            changed_ = true;
            if (block(to).is_end()) return;
            bit = way.next(0);
        }
    }

    void pull_blocks() {
        for (std::size_t i = 1; i < levels_.size(); ++i) {
            for (const BlockIndex b : levels_[i]) {
                pull_up(b, 1);
                pull_up(b, 0);
            }
        }
    }

    // A chain of blocks from `b` leads to one place by the side `side`, and goes on by the other one. Where a block
    // of the chain compares what was computed before `b`, and blocks between them do not, it comes before them.
    void pull_up(BlockIndex b, std::size_t side) {
        const std::vector<Edge>& entries = known_[b].entries;
        if (entries.empty()) return;
        const Value value = known_[entries[0].from].values[atom_a];
        for (const Edge& entry : entries) {
            if (known_[entry.from].values[atom_a] != value) return;
        }
        const std::size_t onward = 1 - side;
        const BlockIndex place = block(b).next[side];
        const auto is_of_chain = [&](BlockIndex i) {
            return !block(i).is_end() && block(i).next[side] == place && dominators_[number_[i]].contains(number_[b]);
        };
        Edge different{entries[0].from, block(entries[0].from).on_true() == b ? std::size_t{1} : 0};
        bool is_at_top = true;
        for (;; different = {target(different), onward}, is_at_top = false) {
            if (!is_of_chain(target(different))) return;
            if (known_[target(different)].values[atom_a] != value) break;
        }
        Edge same{target(different), onward};
        for (;; same = {target(same), onward}) {
            if (!is_of_chain(target(same))) return;
            if (known_[target(same)].values[atom_a] == value) break;
        }
        const BlockIndex pulled = target(same);
        target(same) = block(pulled).next[onward];
        block(pulled).next[onward] = target(different);
        if (is_at_top) {
            for (const Edge& entry : entries) block(entry.from).next[block(entry.from).on_true() == b ? 1 : 0] = pulled;
        } else {
            target(different) = pulled;
        }
        moved_ = true;
    }

    Graph& graph_;
    std::vector<Knowledge> known_;
    std::vector<std::size_t> number_;
    std::vector<BlockIndex> blocks_in_order_;
    std::vector<std::vector<BlockIndex>> levels_;
    std::vector<BitSet> dominators_;  // by block number
    std::vector<BitSet> ways_;        // by block number: the edges that lead to it in any case
    Values values_;
    bool changed_ = false;
    bool moved_ = false;
};

}  // namespace

void optimize(Graph& graph) {
    Optimizer optimizer(graph);
    optimizer.run(false);
    optimizer.run(true);
    optimizer.join_equal_blocks();
    optimizer.shorten_root();
}

}  // namespace pier::packet::filter
