#include <pier/cli/progress.hpp>

#include <algorithm>
#include <cstdio>
#include <string>

namespace pier {
namespace {

constexpr const char* clear_line = "\r\x1b[K";
constexpr std::size_t bar_width = 24;
// A line that is too long for the terminal could not be drawn over.
constexpr std::size_t line_width = 78;

}  // namespace

Progress::~Progress() {
    if (shown_) std::fputs(clear_line, stderr);
}

void Progress::begin(std::string_view engine, std::string_view behaviour) {
    if (shown_) {
        const std::size_t filled = steps_ == 0 ? 0 : std::min(bar_width, bar_width * done_ / steps_);
        std::string line(1, '[');
        line.append(filled, '#').append(bar_width - filled, '.').append("] ");
        line.append(std::to_string(done_)).append("/").append(std::to_string(steps_)).append(" ");
        line.append(engine).append(" ").append(behaviour);
        line.resize(std::min(line.size(), line_width));
        std::fprintf(stderr, "%s%s", clear_line, line.c_str());
        std::fflush(stderr);
    }
    ++done_;
}

}  // namespace pier
