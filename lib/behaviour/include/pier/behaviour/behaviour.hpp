// One observable behaviour: a question, the steps that answer it, and the answers that Pier's contract allows.
#pragma once

#include <pier/behaviour/outcome.hpp>
#include <pier/loop.hpp>

#include <functional>
#include <string_view>
#include <vector>

namespace pier::behaviour {

// What is said of Windows, on which nothing has run yet. The source is a vendor's document, a test that is written to
// hold there, an issue, or says that there is none.
struct Hearsay {
    std::string_view sentence{};
    std::string_view source{};
};

struct Behaviour {
    std::string_view id;
    std::string_view question;
    std::vector<Outcomes> contract;
    // Called with a loop or more of that engine to make. Every operation in it has a deadline. Empty where core has
    // nothing to ask: then the reason stands in `not_applicable`.
    std::function<Verdict(const pier::EngineInfo&)> steps{};
    // Where engines that block (one operation at a time) are allowed something else; empty where not.
    std::vector<Outcomes> blocking_contract{};
    std::string_view group{};                    // empty: that of its file
    std::vector<std::string_view> steps_text{};  // what is done, in sentences
    std::string_view promise{};                  // what Pier promises
    std::vector<std::string_view> sources{};
    std::string_view inherent{};  // why a difference can't be hidden
    std::string_view not_applicable{};
    Hearsay windows{};

    [[nodiscard]] const std::vector<Outcomes>& contract_of(bool blocking) const noexcept {
        return blocking && !blocking_contract.empty() ? blocking_contract : contract;
    }
    // Whether the contract allows an outcome of that name. A contract that is empty allows everything, but an end and
    // an observation are still asked for.
    [[nodiscard]] bool allows(std::string_view outcome, bool blocking) const;
};

// In the order of the table.
[[nodiscard]] const std::vector<Behaviour>& behaviours();
// Null when there is none.
[[nodiscard]] const Behaviour* find_behaviour(std::string_view id);

// The groups of the table.
namespace group {
inline constexpr std::string_view connect = "connect and accept";
inline constexpr std::string_view stream = "stream data and orderly close";
inline constexpr std::string_view half_close = "half-close";
inline constexpr std::string_view reset = "reset and abort";
inline constexpr std::string_view cancel = "cancellation and close with operations pending";
inline constexpr std::string_view readiness = "readiness semantics";
inline constexpr std::string_view datagram = "datagrams";
inline constexpr std::string_view option = "socket options";
inline constexpr std::string_view address = "addresses and names";
inline constexpr std::string_view limits = "limits, handles, signals, timers";
inline constexpr std::string_view raw = "raw and link layer";
}  // namespace group

// A file each.
[[nodiscard]] std::vector<Behaviour> echo_behaviours();
[[nodiscard]] std::vector<Behaviour> connect_behaviours();
[[nodiscard]] std::vector<Behaviour> listen_behaviours();
[[nodiscard]] std::vector<Behaviour> ending_behaviours();
[[nodiscard]] std::vector<Behaviour> reset_behaviours();
[[nodiscard]] std::vector<Behaviour> cancel_behaviours();
[[nodiscard]] std::vector<Behaviour> transfer_behaviours();
[[nodiscard]] std::vector<Behaviour> loop_behaviours();
[[nodiscard]] std::vector<Behaviour> accept_behaviours();
[[nodiscard]] std::vector<Behaviour> half_close_behaviours();
[[nodiscard]] std::vector<Behaviour> readiness_behaviours();
[[nodiscard]] std::vector<Behaviour> race_behaviours();
[[nodiscard]] std::vector<Behaviour> datagram_behaviours();
[[nodiscard]] std::vector<Behaviour> option_behaviours();
[[nodiscard]] std::vector<Behaviour> names_behaviours();
[[nodiscard]] std::vector<Behaviour> limits_behaviours();
[[nodiscard]] std::vector<Behaviour> system_behaviours();
[[nodiscard]] std::vector<Behaviour> below_behaviours();

}  // namespace pier::behaviour
