// What is printed of a scan, as arp-scan's lines or as JSON.
#pragma once

#include "book.hpp"
#include "frames.hpp"
#include "options.hpp"
#include "vendors.hpp"

#include <pier/socket/interfaces.hpp>

#include <string>

namespace arp_scan {

// Each gives whole lines, which may be none. One thread at a time.
class Report {
public:
    // The options outlive it.
    explicit Report(const Options& options) : options_(options), vendors_(options.vendor_files) {}

    [[nodiscard]] std::string begun(const pier::Interface& interface, const Asker& asker, std::size_t hosts) const;
    // `count`: of the answers from there, with this one.
    [[nodiscard]] std::string answered(const Heard& heard, unsigned count);
    [[nodiscard]] std::string changed(const Heard& heard, const Book::Change& change);
    [[nodiscard]] std::string gone(const Book::Gone& gone);
    struct Sums {
        std::size_t hosts = 0, responded = 0;
        std::uint64_t requests = 0;
        pier::Duration took{};
        bool was_interrupted = false;
    };
    [[nodiscard]] std::string ended(const Sums& sums) const;

private:
    // Behind the MAC address: a tab and the vendor; nothing with --quiet.
    [[nodiscard]] std::string vendor(const pier::packet::MacAddress& mac);

    const Options& options_;
    VendorFiles vendors_;
};

}  // namespace arp_scan
