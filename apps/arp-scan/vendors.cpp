#include "vendors.hpp"

#include <pier/cli/printable.hpp>

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>

namespace arp_scan {
namespace {

// Debian's ieee-data. What is in two of these is taken from the first one.
constexpr std::array registry_files{"/usr/share/ieee-data/oui36.csv", "/usr/share/ieee-data/iab.csv",
                                    "/usr/share/ieee-data/mam.csv", "/usr/share/ieee-data/oui.csv"};
// Where there is no table of all manufacturers as above.
constexpr std::array other_files{"/usr/share/ieee-data/oui.txt", "/usr/share/arp-scan/ieee-oui.txt"};

constexpr std::size_t most_digits = 12;
constexpr std::size_t most_bytes = std::size_t{64} << 20;  // IEEE's largest file has 5 MiB

std::optional<unsigned> digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
    return std::nullopt;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view space = " \t\r";
    const std::size_t first = text.find_first_not_of(space);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(space) - first + 1);
}

// A field of comma-separated values (RFC 4180), which is taken off the front.
std::string take_field(std::string_view& line) {
    std::string field;
    if (!line.starts_with('"')) {
        const std::size_t size = std::min(line.find(','), line.size());
        field = line.substr(0, size);
        line.remove_prefix(std::min(size + 1, line.size()));
        return field;
    }
    line.remove_prefix(1);
    while (!line.empty()) {
        const char c = line.front();
        line.remove_prefix(1);
        if (c == '"' && !line.starts_with('"')) break;
        if (c == '"') line.remove_prefix(1);
        field += c;
    }
    if (line.starts_with(',')) line.remove_prefix(1);
    return field;
}

bool is_registry(std::string_view word) {
    return word == "MA-L" || word == "MA-M" || word == "MA-S" || word == "IAB" || word == "CID";
}

std::optional<std::string> contents(const std::string& name) {
    std::ifstream file(name, std::ios::binary);
    if (!file) return std::nullopt;
    std::string text;
    std::array<char, 65536> piece{};
    while (text.size() < most_bytes && file.read(piece.data(), piece.size()).gcount() > 0) {
        text.append(piece.data(), static_cast<std::size_t>(file.gcount()));
    }
    return text;
}

}  // namespace

void Vendors::add(std::string_view digits, std::string_view name) {
    std::uint64_t key = 1;
    std::size_t count = 0;
    for (const char c : digits) {
        if (c == '-' || c == ':' || c == '.') continue;
        const auto value = digit(c);
        if (!value || ++count > most_digits) return;
        key = key << 4U | *value;
    }
    name = trimmed(name);
    if (count < 2 || name.empty()) return;
    names_.try_emplace(key, name);
    lengths_ |= std::uint32_t{1} << count;
}

void Vendors::read(std::string_view text) {
    while (!text.empty()) {
        const std::size_t size = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, size);
        text.remove_prefix(std::min(size + 1, text.size()));
        if (line.empty() || line.front() == '#') continue;
        if (const std::size_t hex = line.find("(hex)"); hex != std::string_view::npos) {
            add(trimmed(line.substr(0, hex)), line.substr(hex + 5));
        } else if (is_registry(line.substr(0, line.find(',')))) {
            (void)take_field(line);
            const std::string digits = take_field(line);
            add(digits, take_field(line));
        } else if (const std::size_t tab = line.find('\t'); tab != std::string_view::npos) {
            add(line.substr(0, tab), line.substr(tab + 1));
        }
    }
}

std::string_view Vendors::find(const pier::packet::MacAddress& mac) const {
    std::uint64_t all = 1;
    for (const std::uint8_t octet : mac.octets()) all = all << 8U | octet;
    for (std::size_t count = most_digits; count >= 2; --count) {
        if ((lengths_ >> count & 1U) == 0) continue;
        const auto found = names_.find(all >> (4 * (most_digits - count)));
        if (found != names_.end()) return found->second;
    }
    return {};
}

void VendorFiles::read() {
    was_read_ = true;
    if (!files_.empty()) {
        for (const std::string& name : files_) {
            if (const auto text = contents(name)) vendors_.read(*text);
        }
        return;
    }
    bool has_table = false;
    for (const char* name : registry_files) {
        const auto text = contents(name);
        if (text) vendors_.read(*text);
        has_table = text.has_value();  // the last of them is the table of all manufacturers
    }
    for (const char* name : other_files) {
        if (has_table) return;
        const auto text = contents(name);
        if (text) vendors_.read(*text);
        has_table = text.has_value();
    }
}

std::string VendorFiles::name_of(const pier::packet::MacAddress& mac) {
    if (!was_read_) read();
    const std::string_view name = vendors_.find(mac);
    if (!name.empty()) return pier::printable(name);
    return mac.is_local() ? "(Unknown: locally administered)" : "(Unknown)";
}

}  // namespace arp_scan
