// Who has made a network interface, by the first bits of its MAC address: the registries of IEEE, where the system has
// them.
#pragma once

#include <pier/packet/mac_address.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace arp_scan {

// One thread at a time.
class Vendors {
public:
    // Adds the lines of a file: IEEE's oui.txt ("00-22-72   (hex)\t\tNAME"), its oui.csv, mam.csv, oui36.csv and
    // iab.csv ("MA-L,002272,NAME,..."), or arp-scan's ("002272\tNAME"). Other lines are passed over. A prefix that is
    // there already stays as it is.
    void read(std::string_view text);

    // By the longest prefix; empty for none.
    [[nodiscard]] std::string_view find(const pier::packet::MacAddress& mac) const;
    [[nodiscard]] bool empty() const noexcept { return names_.empty(); }

private:
    void add(std::string_view digits, std::string_view name);

    // By the digits behind a one, so that "00" and "000" are different: "002272" is 0x1002272.
    std::unordered_map<std::uint64_t, std::string> names_;
    std::uint32_t lengths_ = 0;  // a bit for each number of digits that is there
};

// Of these files, or without any, of those that the system has. They are read when the first name is wanted, which
// blocks for some 10 ms. One thread at a time.
class VendorFiles {
public:
    explicit VendorFiles(std::vector<std::string> files) : files_(std::move(files)) {}

    // "NAME", "(Unknown)", "(Unknown: locally administered)", as arp-scan(1) has them. Printable.
    [[nodiscard]] std::string name_of(const pier::packet::MacAddress& mac);

private:
    void read();

    std::vector<std::string> files_;
    Vendors vendors_;
    bool was_read_ = false;
};

}  // namespace arp_scan
