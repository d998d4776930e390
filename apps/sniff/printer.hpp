// Packets as text.
#pragma once

#include "options.hpp"
#include "packet.hpp"
#include "time_text.hpp"

#include <pier/packet/dissect.hpp>
#include <pier/packet/text/describe.hpp>

#include <string>

namespace sniff {

// One thread.
class Printer {
public:
    explicit Printer(const Options& options) noexcept : options_(options), time_(options.time) {}

    // Appends what is shown of the packet, as whole lines: nothing of the packet is in them that a terminal obeys.
    void add(std::string& text, const Packet& packet, const pier::packet::Dissection& dissection);

private:
    [[nodiscard]] pier::packet::VerifyChecksums verify(const Packet& packet) const noexcept;
    void add_json(std::string& text, const Packet& packet, const pier::packet::Dissection& dissection) const;

    const Options& options_;
    TimeText time_;
};

}  // namespace sniff
