// What does not hold on a system and an engine: lib/behaviour/deviations.txt, which says its own form.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pier::behaviour {

struct Deviation {
    std::string systems{};  // names with commas between, or *
    std::string engines{};
    std::string name{};     // of the contract's case; of a behaviour's it is case_of(id)
    std::string outcome{};  // how the behaviour ends there; empty where the case is skipped
    std::string reason{};

    // A number behind the system's name does not count: two reports of one system have it.
    [[nodiscard]] bool concerns(std::string_view system, std::string_view engine) const noexcept;
    friend bool operator==(const Deviation&, const Deviation&) noexcept = default;
};

// The lines of such a list. A line that is none of them gives a Deviation without a name, whose reason is the line.
[[nodiscard]] std::vector<Deviation> parse_deviations(std::string_view text);

// The list as it was when this program was built.
[[nodiscard]] const std::vector<Deviation>& deviations();

// The contract's case that runs the behaviour.
[[nodiscard]] std::string case_of(std::string_view behaviour);

// Why the engine answers so on that system, or nothing where it is no known deviation.
[[nodiscard]] std::string_view known_deviation(std::string_view system, std::string_view engine,
                                               std::string_view behaviour, std::string_view outcome);

}  // namespace pier::behaviour
