#include "filter.hpp"

#include <pier/packet/filter/compile.hpp>

#include <utility>

namespace sniff {

namespace packet = pier::packet;

std::expected<std::span<const pier::FilterInstruction>, std::string> Filter::program(packet::LinkType link) {
    if (text_.empty()) return std::span<const pier::FilterInstruction>();
    const auto known = programs_.find(link);
    if (known != programs_.end()) return std::span<const pier::FilterInstruction>(known->second);
    auto compiled = packet::compile_filter(text_, link, snap_length_);
    if (!compiled) {
        return std::unexpected("filter, column " + std::to_string(compiled.error().offset + 1) + ": " +
                               compiled.error().sentence);
    }
    const auto kept = programs_.emplace(link, std::move(*compiled)).first;
    return std::span<const pier::FilterInstruction>(kept->second);
}

std::expected<bool, std::string> Filter::wants(packet::Bytes packet, std::uint32_t original_size,
                                               packet::LinkType link) {
    if (text_.empty()) return true;
    const auto found = program(link);
    if (!found) return std::unexpected(found.error());
    return packet::run_filter(*found, packet, original_size) != 0;
}

bool Filter::needs_tags() const { return text_.find("vlan") != std::string::npos; }

}  // namespace sniff
