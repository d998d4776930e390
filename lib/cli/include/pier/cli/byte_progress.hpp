// How far the transfer of a file is, for somebody who watches.
#pragma once

#include <pier/time.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pier {

// For people: "512 B", "1.5 KiB", "20.0 MiB".
[[nodiscard]] std::string readable_bytes(double bytes);

// The line that ByteProgress draws: a bar, the bytes, the rate and the time left, as far as they are known, and the
// title, which is printable. No wider than 78 columns of a terminal.
struct ByteProgressLine {
    std::string_view title;
    std::uint64_t done = 0;
    std::uint64_t total = 0;
    std::optional<double> rate{};  // bytes a second
};
[[nodiscard]] std::string to_string(const ByteProgressLine& line);

// One line on stderr that is drawn again a few times a second and gone in the end. Nothing at all where nobody watches.
class ByteProgress {
public:
    // `done` of `total` bytes are there already; they don't count for the rate. The title is printable().
    ByteProgress(std::string title, std::uint64_t done, std::uint64_t total, Time now, bool shown);
    ~ByteProgress();
    ByteProgress(const ByteProgress&) = delete;
    ByteProgress& operator=(const ByteProgress&) = delete;

    void advance(std::uint64_t bytes, Time now);

private:
    void draw();

    const std::string title_;
    const std::uint64_t total_;
    const bool shown_;
    std::uint64_t done_;
    // Of the rate: since when, and of how many bytes.
    Time measured_;
    std::uint64_t measured_done_;
    std::optional<double> rate_;
};

}  // namespace pier
