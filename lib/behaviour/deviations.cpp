#include <pier/behaviour/deviations.hpp>

namespace compare {
namespace {

struct Deviation {
    std::string_view system;
    std::string_view behaviour;
    std::string_view outcome;
    const char* reason;
};

constexpr const char* wine_forgets =
    "Wine 8 shows a reset only to a receive that was pending when it came; later ones read the end of the stream";

constexpr Deviation table[] = {
    {"wine-8", "reset-idle-peer", "end", wine_forgets},
    {"wine-8", "listener-close-drops-queue", "end", wine_forgets},
    {"wine-8", "reset-pending-read", "end", wine_forgets},
    {"wine-8", "reset-repeatable", "end", wine_forgets},
    {"wine-8", "close-with-unread-sends-reset", "end", wine_forgets},
    {"wine-8", "data-before-reset", "data+end", wine_forgets},
};

}  // namespace

const char* known_deviation(std::string_view system, std::string_view behaviour, std::string_view outcome) {
    for (const Deviation& deviation : table) {
        if (!system.starts_with(deviation.system)) continue;
        const std::string_view rest = system.substr(deviation.system.size());
        if (!rest.empty() && rest.front() != ' ') continue;
        if (deviation.behaviour == behaviour && deviation.outcome == outcome) return deviation.reason;
    }
    return nullptr;
}

}  // namespace compare
