// One observable behaviour: a question, the steps that answer it, and the answers that Pier's contract allows.
#pragma once

#include "outcome.hpp"

#include <pier/spi/engine.hpp>

#include <functional>
#include <string_view>
#include <vector>

namespace compare {

struct Behaviour {
    std::string_view id;
    std::string_view question;
    std::vector<Outcome> contract;
    // Called on a thread of its own, with a loop or more of that engine to make. Every operation in it has a deadline.
    std::function<Verdict(const pier::spi::EngineInfo&)> steps;
    // Where engines that block (one operation at a time) are allowed something else; empty where not.
    std::vector<Outcome> blocking_contract{};
    std::string_view group{};                    // empty: that of its file
    std::vector<std::string_view> steps_text{};  // what is done, in sentences
    std::string_view promise{};                  // what Pier promises
    std::vector<std::string_view> sources{};
    std::string_view inherent{};  // why a difference can't be hidden

    [[nodiscard]] const std::vector<Outcome>& contract_of(bool blocking) const noexcept {
        return blocking && !blocking_contract.empty() ? blocking_contract : contract;
    }
};

// In the order of the table.
[[nodiscard]] const std::vector<Behaviour>& behaviours();

// The groups that make it up, a file each.
[[nodiscard]] std::vector<Behaviour> echo_behaviours();
[[nodiscard]] std::vector<Behaviour> connect_behaviours();
[[nodiscard]] std::vector<Behaviour> listen_behaviours();
[[nodiscard]] std::vector<Behaviour> ending_behaviours();
[[nodiscard]] std::vector<Behaviour> reset_behaviours();
[[nodiscard]] std::vector<Behaviour> cancel_behaviours();
[[nodiscard]] std::vector<Behaviour> transfer_behaviours();
[[nodiscard]] std::vector<Behaviour> loop_behaviours();

}  // namespace compare
