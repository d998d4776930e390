// What is printed of one target, as ping's lines or as JSON.
#pragma once

#include "answer.hpp"
#include "options.hpp"
#include "statistics.hpp"

#include <optional>
#include <string>

namespace ping {

// What was seen of an answer, besides what it says.
struct Seen {
    pier::Endpoint from;  // without a family: this machine
    std::optional<std::uint8_t> hop_limit;
    Nanoseconds round_trip{};
    bool duplicate = false;
    bool late = false;
};

// Each gives whole lines, which may be none. Any thread.
class Report {
public:
    // `named`: several targets, so each line says whose it is. All outlive it.
    Report(const Options& options, const std::string& host, const pier::Endpoint& target, bool named)
        : options_(options), host_(host), target_(target), named_(named) {}

    [[nodiscard]] std::string begun() const;
    [[nodiscard]] std::string answered(const Answer& answer, const Seen& seen) const;
    [[nodiscard]] std::string failed(const Answer& failure, const Seen& seen) const;
    [[nodiscard]] std::string not_sent(std::uint16_t sequence, const pier::Error& error) const;
    [[nodiscard]] std::string ended(const Statistics& statistics, Nanoseconds took) const;

private:
    [[nodiscard]] std::string whose() const;
    [[nodiscard]] std::string name_of(const pier::Endpoint& from) const;

    const Options& options_;
    const std::string& host_;
    const pier::Endpoint& target_;
    const bool named_;
};

}  // namespace ping
