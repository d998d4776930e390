// Which packets are wanted: an expression in the language of tcpdump(1).
#pragma once

#include <pier/packet/filter/program.hpp>
#include <pier/packet/numbers.hpp>

#include <expected>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace sniff {

// One thread. An empty text wants all packets.
class Filter {
public:
    Filter(std::string text, std::uint32_t snap_length) : text_(std::move(text)), snap_length_(snap_length) {}

    // A sentence with the place in the text, if it is no filter for packets of that link.
    [[nodiscard]] std::expected<std::span<const pier::FilterInstruction>, std::string> program(
        pier::packet::LinkType link);
    // The same sentence, if there is none for packets of that link.
    [[nodiscard]] std::expected<bool, std::string> wants(pier::packet::Bytes packet, std::uint32_t original_size,
                                                         pier::packet::LinkType link);
    // The kernel of Linux runs filters on frames without their VLAN tag, so one that asks for tags is run here.
    [[nodiscard]] bool needs_tags() const;

private:
    std::string text_;
    std::uint32_t snap_length_;
    std::map<pier::packet::LinkType, std::vector<pier::FilterInstruction>> programs_;
};

}  // namespace sniff
