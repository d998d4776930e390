#include <pier/detail/address_text.hpp>

#include <charconv>

namespace pier::detail {
namespace {

std::string hex(std::uint32_t value) {
    char digits[8];
    auto [end, failure] = std::to_chars(digits, digits + sizeof digits, value, 16);
    (void)failure;
    return {digits, end};
}

// Which groups "::" stands for; none where count is 0.
struct Gap {
    std::size_t begin = AddressGroups::most;
    std::size_t count = 0;
};

Gap find_gap(const std::array<std::uint32_t, AddressGroups::most>& groups) noexcept {
    Gap gap;
    for (std::size_t i = 0; i < groups.size();) {
        std::size_t end = i;
        while (end < groups.size() && groups[end] == 0) ++end;
        if (end - i > 1 && end - i > gap.count) gap = {i, end - i};
        i = end + 1;
    }
    return gap;
}

}  // namespace

std::string format_v4(const std::uint8_t* bytes) {
    std::string text;
    for (std::size_t i = 0; i < 4; ++i) {
        if (i != 0) text += '.';
        text += std::to_string(bytes[i]);
    }
    return text;
}

std::string format_v6(const BytesOfV6& bytes, DottedQuads quads) {
    std::array<std::uint32_t, AddressGroups::most> groups;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        groups[i] = static_cast<std::uint32_t>(bytes[2 * i] << 8 | bytes[2 * i + 1]);
    }
    const Gap gap = find_gap(groups);
    if (gap.begin == 0 && gap.count == 5 && groups[5] == 0xffff) return "::ffff:" + format_v4(&bytes[12]);
    // A run of more than six is "::1" and the like, which nobody takes for IPv4.
    if (gap.begin == 0 && gap.count == 6 && quads == DottedQuads::of_mapped_and_compatible) {
        return "::" + format_v4(&bytes[12]);
    }
    std::string text;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        if (i == gap.begin) {
            text += "::";
            i += gap.count - 1;
            continue;
        }
        if (!text.empty() && text.back() != ':') text += ':';
        text += hex(groups[i]);
    }
    return text;
}

}  // namespace pier::detail
