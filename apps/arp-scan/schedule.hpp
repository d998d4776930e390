// When which host is asked, and which of them have answered. No I/O; one thread at a time.
#pragma once

#include <pier/time.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

namespace arp_scan {

// Of IPv4, as a number in host order.
using Ipv4Number = std::uint32_t;

struct Pace {
    pier::Duration interval = std::chrono::milliseconds(2);   // between two requests
    pier::Duration timeout = std::chrono::milliseconds(500);  // how long the first answer is waited for
    double backoff = 1.5;                                     // by which each further wait is longer
    unsigned attempts = 2;                                    // requests to a host at most
};

// The order is that of arp-scan(1): everybody is asked once, then those that have not answered again. A host is given
// up when the wait behind its last request is over.
class Schedule {
public:
    // Each address once.
    Schedule(const std::vector<Ipv4Number>& addresses, const Pace& pace, pier::Time begin);

    enum class Kind : std::uint8_t { ask, wait, over };
    struct Step {
        Kind kind = Kind::over;
        Ipv4Number address = 0;  // who is asked
        pier::Time until{};      // what is waited for, unless an answer comes first
    };
    // What is to be done now. The same again, until asked() or answered() is called, or time passes.
    [[nodiscard]] Step next(pier::Time now);

    // The host of the last step was asked.
    void asked(pier::Time now);
    // The host of the last step could not be asked, because a queue is full: no request before `until`.
    void hold(pier::Time until) noexcept { next_request_ = until; }

    // An answer came. How many have come from there with this one; nothing if nobody has asked that host.
    std::optional<unsigned> answered(Ipv4Number address);

    [[nodiscard]] bool is_asked(Ipv4Number address) const { return hosts_.contains(address); }
    [[nodiscard]] bool has_answered(Ipv4Number address) const;
    [[nodiscard]] std::size_t host_count() const noexcept { return hosts_.size(); }
    [[nodiscard]] std::size_t responded() const noexcept { return responded_; }
    [[nodiscard]] std::uint64_t requests() const noexcept { return requests_; }

private:
    struct Host {
        std::uint32_t attempts = 0;
        std::uint32_t answers = 0;
    };
    struct Turn {
        Ipv4Number address = 0;
        pier::Time due{};  // when it is asked again, or given up
    };
    [[nodiscard]] bool is_done(const Turn& turn) const { return hosts_.at(turn.address).answers > 0; }

    std::unordered_map<Ipv4Number, Host> hosts_;
    // A host that was asked goes to the end, so the turns are in the order of their times.
    std::deque<Turn> turns_;
    const Pace pace_;
    pier::Time next_request_;
    std::size_t responded_ = 0;
    std::uint64_t requests_ = 0;
};

}  // namespace arp_scan
