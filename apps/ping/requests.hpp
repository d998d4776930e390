// The requests that were sent, as long as an answer to them may come. No I/O; any thread, one at a time.
#pragma once

#include "statistics.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

namespace ping {

struct Request {
    Nanoseconds sent{};       // by a monotonic clock
    Nanoseconds sent_wall{};  // by the system's wall clock
    bool answered = false;
    bool failed = false;  // somebody said that it went nowhere
};

class Requests {
public:
    // Older ones are forgotten: an answer to them is nobody's.
    static constexpr std::size_t most = 8192;
    static_assert(most <= 65536, "a sequence number has 16 bits");

    // The number that the next one has on the wire: the first has 1.
    [[nodiscard]] std::uint16_t next() const noexcept {
        return static_cast<std::uint16_t>(forgotten_ + kept_.size() + 1);
    }
    void add(Nanoseconds sent, Nanoseconds sent_wall);
    // The latest with that number; null where there is none that is remembered. Valid until the next add().
    [[nodiscard]] Request* find(std::uint16_t sequence) noexcept;
    // Neither an answer nor a failure of it has come.
    [[nodiscard]] std::size_t open() const noexcept;

private:
    std::deque<Request> kept_;
    std::uint64_t forgotten_ = 0;
};

// How long an answer took. The wall clock is told by the system, so it knows nothing of how late this program looked.
// It may have been set meanwhile: where it says what can't be, the monotonic clock counts.
[[nodiscard]] Nanoseconds round_trip(const Request& request, Nanoseconds seen, std::optional<Nanoseconds> arrived_wall);

}  // namespace ping
