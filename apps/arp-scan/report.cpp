#include "report.hpp"

#include <pier/cli/printable.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <cmath>
#include <cstdio>

namespace arp_scan {
namespace {

using Json = nlohmann::ordered_json;
using pier::packet::MacAddress;

std::string line(const Json& json) { return json.dump() + "\n"; }

std::string decimal(double value, int digits) {
    std::array<char, 64> text{};
    const int size = std::snprintf(text.data(), text.size(), "%.*f", digits, value);
    return size > 0 ? std::string(text.data()) : std::string();
}

std::string text_of(Ipv4Number address) { return address_of(address).to_string(); }

// How the answer was heard besides, in arp-scan's manner.
std::string remarks(const Heard& heard, unsigned count) {
    std::string text;
    if (heard.from != heard.arp.sender_mac) text += " (" + heard.from.to_string() + ")";
    if (count > 1) text += " (DUP: " + std::to_string(count) + ")";
    return text;
}

}  // namespace

std::string Report::vendor(const MacAddress& mac) { return options_.quiet ? "" : "\t" + vendors_.name_of(mac); }

std::string Report::begun(const pier::Interface& interface, const Asker& asker, std::size_t hosts) const {
    if (options_.plain) return {};
    const std::string name = pier::printable(interface.name);
    if (options_.json) {
        return line({{"event", "begin"},
                     {"interface", name},
                     {"mac", asker.mac.to_string()},
                     {"source", text_of(asker.address)},
                     {"hosts", hosts}});
    }
    return "Interface: " + name + ", MAC: " + asker.mac.to_string() + ", IPv4: " + text_of(asker.address) + ", " +
           std::to_string(hosts) + (hosts == 1 ? " host\n" : " hosts\n");
}

std::string Report::answered(const Heard& heard, unsigned count) {
    const MacAddress& mac = heard.arp.sender_mac;
    if (options_.json) {
        Json fact{{"event", count > 1 ? "duplicate" : "host"},
                  {"address", text_of(heard.sender())},
                  {"mac", mac.to_string()}};
        if (!options_.quiet) fact["vendor"] = vendors_.name_of(mac);
        if (heard.from != mac) fact["sent_by"] = heard.from.to_string();
        if (count > 1) fact["answers"] = count;
        return line(fact);
    }
    return text_of(heard.sender()) + "\t" + mac.to_string() + vendor(mac) + remarks(heard, count) + "\n";
}

std::string Report::changed(const Heard& heard, const Book::Change& change) {
    if (change.news == Book::News::none) return {};
    const MacAddress& mac = heard.arp.sender_mac;
    const bool has_changed = change.news == Book::News::changed;
    if (options_.json) {
        if (change.news == Book::News::full) return line({{"event", "full"}, {"hosts", Book::most_hosts}});
        Json fact{
            {"event", has_changed ? "changed" : "new"}, {"address", text_of(heard.sender())}, {"mac", mac.to_string()}};
        if (has_changed) fact["before"] = change.before.to_string();
        if (!options_.quiet) fact["vendor"] = vendors_.name_of(mac);
        fact["gratuitous"] = heard.is_gratuitous();
        return line(fact);
    }
    if (change.news == Book::News::full) return "full\tno further hosts are remembered\n";
    std::string text = (has_changed ? "changed\t" : "new\t") + text_of(heard.sender()) + "\t" + mac.to_string();
    text += vendor(mac);
    if (has_changed) text += " (was " + change.before.to_string() + ")";
    if (heard.is_gratuitous()) text += " (gratuitous)";
    return text + "\n";
}

std::string Report::gone(const Book::Gone& gone) {
    if (options_.json) {
        return line({{"event", "gone"}, {"address", text_of(gone.address)}, {"mac", gone.mac.to_string()}});
    }
    return "gone\t" + text_of(gone.address) + "\t" + gone.mac.to_string() + vendor(gone.mac) + "\n";
}

std::string Report::ended(const Sums& sums) const {
    if (options_.plain) return {};
    const double seconds = std::chrono::duration<double>(sums.took).count();
    if (options_.json) {
        return line({{"event", "end"},
                     {"hosts", sums.hosts},
                     {"responded", sums.responded},
                     {"requests", sums.requests},
                     {"seconds", std::round(seconds * 1000) / 1000},
                     {"interrupted", sums.was_interrupted}});
    }
    const double rate = seconds > 0 ? static_cast<double>(sums.hosts) / seconds : 0;
    std::string text = "\n" + std::to_string(sums.hosts) + (sums.hosts == 1 ? " host" : " hosts") + " scanned in " +
                       decimal(seconds, 3) + " seconds (" + decimal(rate, 2) + " hosts/sec). " +
                       std::to_string(sums.responded) + " responded";
    if (sums.was_interrupted) text += "; interrupted after " + std::to_string(sums.requests) + " requests";
    return text + "\n";
}

}  // namespace arp_scan
