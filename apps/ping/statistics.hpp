// What has come of the requests to one target. No I/O; any thread, one at a time.
#pragma once

#include <chrono>
#include <cstdint>

namespace ping {

using Nanoseconds = std::chrono::nanoseconds;

class Statistics {
public:
    void sent() noexcept { ++sent_; }
    // The first answer to a request, and how long it took, where that is known.
    void answered(Nanoseconds round_trip) noexcept;
    void duplicate() noexcept { ++duplicates_; }
    // An answer came later than it was waited for. It is counted by answered(), too.
    void late() noexcept { ++late_; }
    // It can't be taken for an answer: its checksum is wrong, or it is too short.
    void corrupted() noexcept { ++corrupted_; }
    // An answer with our identifier came from somebody else.
    void stranger() noexcept { ++strangers_; }
    // A router, or this machine, says that a request went nowhere.
    void failed() noexcept { ++failed_; }

    [[nodiscard]] std::uint64_t transmitted() const noexcept { return sent_; }
    [[nodiscard]] std::uint64_t received() const noexcept { return answered_; }
    [[nodiscard]] std::uint64_t duplicates() const noexcept { return duplicates_; }
    [[nodiscard]] std::uint64_t lates() const noexcept { return late_; }
    [[nodiscard]] std::uint64_t corruptions() const noexcept { return corrupted_; }
    [[nodiscard]] std::uint64_t strangers() const noexcept { return strangers_; }
    [[nodiscard]] std::uint64_t failures() const noexcept { return failed_; }
    // In percent; 0 where nothing was sent.
    [[nodiscard]] double loss() const noexcept;
    // Of the round trips, in milliseconds; 0 where there are none. The deviation is the one of all that came (divided
    // by n), as ping has it.
    [[nodiscard]] double least() const noexcept { return least_; }
    [[nodiscard]] double most() const noexcept { return most_; }
    [[nodiscard]] double mean() const noexcept { return mean_; }
    [[nodiscard]] double deviation() const noexcept;

private:
    std::uint64_t sent_ = 0, answered_ = 0, duplicates_ = 0, late_ = 0, corrupted_ = 0, strangers_ = 0, failed_ = 0;
    double least_ = 0, most_ = 0, mean_ = 0;
    double squares_ = 0;  // the sum of the squared distances from the mean (Welford)
};

}  // namespace ping
