#include <pier/cli/byte_progress.hpp>

#include <pier/cli/utf8.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <utility>

namespace pier {
namespace {

constexpr const char* clear_line = "\r\x1b[K";
constexpr std::size_t bar_width = 20;
// A line that is too long for the terminal could not be drawn over.
constexpr std::size_t line_width = 78;
constexpr Duration between_lines = std::chrono::milliseconds(200);
// How much the last interval counts beside those before it: a rate that follows, and does not jump.
constexpr double weight = 0.3;
// What is further away than this is of no use to who waits.
constexpr double longest_left = 100.0 * 3600;

std::string time_left(double seconds) {
    if (!(seconds < longest_left)) return "long";
    const auto whole = static_cast<std::uint64_t>(seconds + 0.5);
    std::array<char, 48> text;
    const auto hours = static_cast<unsigned>(whole / 3600);
    const auto minutes = static_cast<unsigned>(whole / 60 % 60);
    const auto rest = static_cast<unsigned>(whole % 60);
    if (hours > 0) {
        std::snprintf(text.data(), text.size(), "%u:%02u:%02u", hours, minutes, rest);
    } else {
        std::snprintf(text.data(), text.size(), "%u:%02u", minutes, rest);
    }
    return text.data();
}

// As much of the text as has a place in so many columns.
std::string_view cut(std::string_view text, std::size_t columns) noexcept {
    std::size_t used = 0;
    std::size_t size = 0;
    while (size < text.size()) {
        const CodePoint next = first_code_point(text.substr(size));
        used += next.length == 0 ? 1 : columns_of(next.code);
        if (used > columns) break;
        size += std::max<std::size_t>(next.length, 1);
    }
    return text.substr(0, size);
}

}  // namespace

std::string readable_bytes(double bytes) {
    constexpr std::array<const char*, 6> units{"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    std::size_t unit = 0;
    // What would be written as 1024.0 of a unit is 1.0 of the next one.
    for (; bytes >= 1023.95 && unit + 1 < units.size(); ++unit) bytes /= 1024;
    std::array<char, 48> text;
    std::snprintf(text.data(), text.size(), unit == 0 ? "%.0f %s" : "%.1f %s", bytes, units[unit]);
    return text.data();
}

std::string to_string(const ByteProgressLine& line) {
    const double share = line.total == 0 ? 1 : static_cast<double>(line.done) / static_cast<double>(line.total);
    const double within = std::clamp(share, 0.0, 1.0);
    const auto filled = static_cast<std::size_t>(within * bar_width);
    std::string text(1, '[');
    text.append(filled, '#').append(bar_width - filled, '.').append("] ");
    text.append(std::to_string(static_cast<unsigned>(within * 100))).append("% ");
    text.append(readable_bytes(static_cast<double>(line.done))).append("/");
    text.append(readable_bytes(static_cast<double>(line.total)));
    if (line.rate) {
        text.append(" ").append(readable_bytes(*line.rate)).append("/s ");
        const std::uint64_t left = line.total - std::min(line.done, line.total);
        text.append(time_left(*line.rate > 0 ? static_cast<double>(left) / *line.rate : longest_left)).append(" left");
    }
    text += ' ';
    const std::size_t used = std::min(text.size(), line_width);
    return text.append(cut(line.title, line_width - used));
}

ByteProgress::ByteProgress(std::string title, std::uint64_t done, std::uint64_t total, Time now, bool shown)
    : title_(std::move(title)), total_(total), shown_(shown), done_(done), measured_(now), measured_done_(done) {
    if (shown_) draw();
}

ByteProgress::~ByteProgress() {
    if (!shown_) return;
    std::fputs(clear_line, stderr);
    std::fflush(stderr);
}

void ByteProgress::advance(std::uint64_t bytes, Time now) {
    done_ += bytes;
    if (!shown_ || now - measured_ < between_lines) return;
    const double seconds = std::chrono::duration<double>(now - measured_).count();
    const double latest = static_cast<double>(done_ - measured_done_) / seconds;
    rate_ = rate_ ? *rate_ + weight * (latest - *rate_) : latest;
    measured_ = now;
    measured_done_ = done_;
    draw();
}

void ByteProgress::draw() {
    const std::string line =
        to_string(ByteProgressLine{.title = title_, .done = done_, .total = total_, .rate = rate_});
    std::fprintf(stderr, "%s%s", clear_line, line.c_str());
    std::fflush(stderr);
}

}  // namespace pier
