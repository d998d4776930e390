#include "table.hpp"

#include "words.hpp"

#include <pier/cli/printable.hpp>
#include <pier/cli/utf8.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>
#include <utility>

namespace interfaces {
namespace {

constexpr std::size_t columns = 7;
constexpr std::string_view gap = "  ";

using Row = std::array<std::string, columns>;

// Of a terminal. The text is printable().
std::size_t width(std::string_view text) noexcept {
    std::size_t sum = 0;
    while (!text.empty()) {
        const pier::CodePoint first = pier::first_code_point(text);
        sum += first.length == 0 ? 1 : pier::columns_of(first.code);
        text.remove_prefix(std::max<std::size_t>(first.length, 1));
    }
    return sum;
}

std::string mtu(const pier::Interface& each) {
    return each.mtu == std::numeric_limits<std::uint32_t>::max() ? "no limit" : std::to_string(each.mtu);
}

std::string address(const pier::InterfaceAddress& each) {
    std::string text = each.address.address_string();
    text.append("/").append(std::to_string(each.prefix_length));
    if (each.peer.family() != pier::Family::unspecified) text.append(" peer ").append(each.peer.address_string());
    if (each.state != pier::AddressState::usable) text.append(" ").append(state(each));
    return text;
}

Row first_row(const pier::Interface& each) {
    const std::string hardware = hardware_address(each);
    return {pier::printable(each.name),
            std::to_string(each.index),
            std::string(state(each)),
            std::string(kind(each)),
            mtu(each),
            hardware.empty() ? "-" : hardware,
            each.addresses.empty() ? "-" : address(each.addresses.front())};
}

std::string line(const Row& row, const std::array<std::size_t, columns>& widths) {
    std::string text;
    std::size_t owed = 0;  // spaces, which are written when something follows them
    for (std::size_t i = 0; i < columns; ++i) {
        if (!row[i].empty()) text.append(std::exchange(owed, 0), ' ').append(row[i]);
        owed += widths[i] - width(row[i]) + gap.size();
    }
    return text + "\n";
}

}  // namespace

std::string table(const std::vector<pier::Interface>& shown) {
    std::vector<Row> rows{{"name", "index", "state", "kind", "mtu", "hardware", "addresses"}};
    for (const pier::Interface& each : shown) {
        rows.push_back(first_row(each));
        for (std::size_t i = 1; i < each.addresses.size(); ++i) {
            Row further;
            further.back() = address(each.addresses[i]);
            rows.push_back(std::move(further));
        }
    }
    std::array<std::size_t, columns> widths{};
    for (const Row& row : rows) {
        for (std::size_t i = 0; i < columns; ++i) widths[i] = std::max(widths[i], width(row[i]));
    }
    std::string text;
    for (const Row& row : rows) text += line(row, widths);
    return text;
}

}  // namespace interfaces
