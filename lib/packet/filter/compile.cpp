#include "evaluate.hpp"
#include "graph.hpp"
#include "language/parser.hpp"

#include <pier/packet/filter/compile.hpp>

namespace pier::packet {

namespace {

using namespace filter;

constexpr std::size_t most_text = 65536;
// More could not become a program that fits, and the optimizer's time grows with the square.
constexpr std::size_t most_blocks = 4096;
constexpr std::size_t most_skipped = 255;

// From the end to the beginning: `distance` is where a block begins, counted from the end. A jump that is too far for
// its 8 bits goes over a jump of its own, which stands right behind the comparison.
class Writer {
public:
    explicit Writer(const Graph& graph) : graph_(graph), distance_(graph.blocks.size()) {}

    FilterProgram write() {
        for (const BlockIndex b : by_layout(graph_)) write_block(b);
        return {backwards_.rbegin(), backwards_.rend()};
    }

private:
    void write_block(BlockIndex b) {
        const Block& block = graph_.blocks[b];
        if (block.is_end()) {
            backwards_.push_back({op::ret, 0, 0, block.k});
        } else {
            FilterInstruction jump{static_cast<std::uint16_t>(op::jmp | block.comparison), 0, 0, block.k};
            // The far jumps are pushed first.
            const std::size_t on_false = reach(distance_[block.on_false()], 1);
            const std::size_t on_true = reach(distance_[block.on_true()], 0);
            jump.jump_true = skip(on_true);
            jump.jump_false = skip(on_false);
            backwards_.push_back(jump);
        }
        for (auto s = block.code.rbegin(); s != block.code.rend(); ++s) backwards_.push_back({s->code, 0, 0, s->k});
        distance_[b] = backwards_.size();
    }

    // Where the jump goes: the block itself, or a far jump to it. `more` far jumps may still come between.
    std::size_t reach(std::size_t to, std::size_t more) {
        if (backwards_.size() + more - to <= most_skipped) return to;
        backwards_.push_back({op::jmp | op::ja, 0, 0, static_cast<std::uint32_t>(backwards_.size() - to)});
        return backwards_.size();
    }
    [[nodiscard]] std::uint8_t skip(std::size_t to) const { return static_cast<std::uint8_t>(backwards_.size() - to); }

    const Graph& graph_;
    std::vector<std::size_t> distance_;
    std::vector<FilterInstruction> backwards_;
};

}  // namespace

PacketResult<FilterProgram> compile_filter(std::string_view text, LinkType link, std::uint32_t snap_length,
                                           const FilterNames& names) {
    const auto failed = [](std::size_t offset, const char* sentence) {
        return std::unexpected(PacketError{offset, sentence});
    };
    if (text.size() > most_text) return failed(most_text, "a filter has at most 65,536 characters");
    const auto start = Link::of(link);
    if (!start) return failed(0, "no filters are made for packets of this link");
    auto tokens = split_filter(text);
    if (!tokens) return std::unexpected(std::move(tokens.error()));
    const auto wanted = Parser(std::move(*tokens), *start, names).parse();
    if (!wanted) return std::unexpected(wanted.error());
    Graph graph = lower(**wanted, snap_length);
    if (graph.blocks.size() > most_blocks) return failed(0, "it has more than 4,096 tests");
    optimize(graph);
    FilterProgram program = Writer(graph).write();
    if (program.size() > op::most_instructions) return failed(0, "it has more than 4,096 instructions");
    // As tcpdump does: nobody means it.
    const bool takes_nothing = program.size() == 1 && program.front().code == op::ret && program.front().constant == 0;
    if (takes_nothing) return failed(0, "it rejects all packets");
    // A number that only the optimizer found out, as of "len << -1".
    for (const FilterInstruction& i : program) {
        if ((i.code & op::class_mask) != op::alu || (i.code & op::x) != 0) continue;
        const std::string_view fault = fault_of_constant(i.code & op::op_mask, i.constant);
        if (!fault.empty()) return std::unexpected(PacketError{0, "it " + std::string(fault)});
    }
    return program;
}

}  // namespace pier::packet
