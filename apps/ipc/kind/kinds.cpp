#include "kind.hpp"

#include <algorithm>
#include <array>
#include <numeric>

namespace ipc {
namespace {

// Letters to change, to add or to take away (Levenshtein, 1966).
std::size_t distance(std::string_view from, std::string_view to) {
    std::vector<std::size_t> row(to.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < from.size(); ++i) {
        std::size_t corner = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < to.size(); ++j) {
            const std::size_t changed = corner + (from[i] == to[j] ? 0 : 1);
            corner = row[j + 1];
            row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

}  // namespace

std::string_view name_of(Way way) noexcept { return way == Way::pier ? "pier" : "raw"; }

std::span<const Kind> kinds() {
    static const std::array all{pipe_kind(),  named_pipe_kind(), shared_memory_kind(),  semaphore_kind(),
                                queue_kind(), unix_kind(),       socket_passing_kind(), signal_kind()};
    return all;
}

const Kind* find_kind(std::string_view name) {
    const auto found = std::ranges::find(kinds(), name, &Kind::name);
    return found == kinds().end() ? nullptr : &*found;
}

std::string_view nearest_name(std::string_view name, std::span<const std::string_view> names) {
    constexpr std::size_t longest = 40;  // what is longer is no slip
    if (name.empty() || name.size() > longest) return {};
    std::string_view best;
    std::size_t least = name.size() / 3 + 1;
    for (const std::string_view each : names) {
        const std::size_t far = distance(name, each);
        // "memory" for "shared-memory", "sem" for "semaphore".
        const bool part = name.size() >= 3 && each.find(name) != std::string_view::npos;
        if (part && best.empty()) best = each;
        if (far > least || (far == least && !best.empty())) continue;
        least = far;
        best = each;
    }
    return best;
}

}  // namespace ipc
