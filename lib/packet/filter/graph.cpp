#include "graph.hpp"

namespace pier::packet::filter {

namespace {

// From the end to the beginning: when a test becomes a block, the blocks that it leads to are there.
BlockIndex lower_to(Graph& graph, const Predicate& wanted, BlockIndex on_true, BlockIndex on_false) {
    using Kind = Predicate::Kind;
    switch (wanted.kind) {
        case Kind::always:
            return on_true;
        case Kind::never:
            return on_false;
        case Kind::negation:
            return lower_to(graph, *wanted.parts[0], on_false, on_true);
        case Kind::test:
            graph.blocks.push_back({wanted.test.code, wanted.test.comparison, wanted.test.k, {on_false, on_true}});
            return static_cast<BlockIndex>(graph.blocks.size() - 1);
        default:
            break;
    }
    const bool is_all = wanted.kind == Kind::all;
    BlockIndex first = is_all ? on_true : on_false;
    for (auto part = wanted.parts.rbegin(); part != wanted.parts.rend(); ++part) {
        first = is_all ? lower_to(graph, **part, first, on_false) : lower_to(graph, **part, on_true, first);
    }
    return first;
}

// The false side first, so that the true side stands right behind its comparison.
void lay_out(const Graph& graph, BlockIndex at, std::vector<bool>& seen, std::vector<BlockIndex>& order) {
    // A chain of true edges may be as long as the filter: an own stack, with the next side of each block.
    struct Place {
        BlockIndex block;
        std::size_t side;
    };
    std::vector<Place> places{{at, 0}};
    seen[at] = true;
    while (!places.empty()) {
        Place& place = places.back();
        const Block& block = graph.blocks[place.block];
        if (block.is_end() || place.side == 2) {
            order.push_back(place.block);
            places.pop_back();
            continue;
        }
        const BlockIndex next = block.next[place.side++];
        if (seen[next]) continue;
        seen[next] = true;
        places.push_back({next, 0});
    }
}

}  // namespace

Graph lower(const Predicate& wanted, std::uint32_t snap_length) {
    Graph graph;
    graph.blocks.push_back({{}, op::ret, 0, {no_block, no_block}});
    graph.blocks.push_back({{}, op::ret, snap_length, {no_block, no_block}});
    graph.root = lower_to(graph, wanted, 1, 0);
    return graph;
}

std::vector<BlockIndex> by_layout(const Graph& graph) {
    std::vector<BlockIndex> order;
    std::vector<bool> seen(graph.blocks.size());
    lay_out(graph, graph.root, seen, order);
    return order;
}

}  // namespace pier::packet::filter
