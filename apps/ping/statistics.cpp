#include "statistics.hpp"

#include <algorithm>
#include <cmath>

namespace ping {

void Statistics::answered(Nanoseconds round_trip) noexcept {
    const double took = std::chrono::duration<double, std::milli>(round_trip).count();
    ++answered_;
    least_ = answered_ == 1 ? took : std::min(least_, took);
    most_ = answered_ == 1 ? took : std::max(most_, took);
    const double before = took - mean_;
    mean_ += before / static_cast<double>(answered_);
    squares_ += before * (took - mean_);
}

double Statistics::loss() const noexcept {
    if (sent_ == 0 || answered_ >= sent_) return 0;
    return 100.0 * static_cast<double>(sent_ - answered_) / static_cast<double>(sent_);
}

double Statistics::deviation() const noexcept {
    if (answered_ == 0) return 0;
    return std::sqrt(std::max(0.0, squares_ / static_cast<double>(answered_)));
}

}  // namespace ping
