// The behaviours of lib/behaviour as cases of the contract: one for each that has steps, "behaviour: ID".
#include "harness.hpp"
#include "more_cases.hpp"

#include <pier/behaviour/behaviour.hpp>
#include <pier/behaviour/deviations.hpp>
#include <pier/behaviour/steps.hpp>

#include <algorithm>
#include <deque>
#include <set>
#include <string>

namespace contract {
namespace {

using pier::behaviour::Arrangement;
using pier::behaviour::arrangement;
using pier::behaviour::Behaviour;
using pier::behaviour::Ends;
using pier::behaviour::Here;
using pier::behaviour::name;
using pier::behaviour::Outcome;
using pier::behaviour::Outcomes;
using pier::behaviour::Verdict;

struct Case {
    std::string name;
    const Behaviour* behaviour = nullptr;
};

// Doctest keeps pointers to the names.
std::deque<Case>& cases() {
    static std::deque<Case> all;
    return all;
}

// Why there was nothing to observe; empty where there was.
std::string_view obstacle(const Verdict& verdict) {
    const Outcomes& outcome = verdict.outcome;
    if (outcome == Outcome::no_ipv6) return "the system has no IPv6";
    if (outcome == Outcome::no_pending_connect) return "the system leaves no connect pending on loopback";
    if (outcome == Outcome::not_applicable) return verdict.detail;
    return {};
}

constexpr Arrangement arrangements[] = {{Ends::usual, Here::connects},
                                        {Ends::usual, Here::accepts},
                                        {Ends::other, Here::connects},
                                        {Ends::other, Here::accepts}};

std::string name_of(const Arrangement& each) {
    return std::string(each.ends == Ends::usual ? "usual" : "other") + " ends, here " +
           (each.here == Here::connects ? "connects" : "accepts");
}

void check(const Behaviour& behaviour, const Verdict& verdict) {
    if (const std::string_view reason = obstacle(verdict); !reason.empty()) return skip(reason);
    const std::string outcome = name(verdict.outcome);
    std::string allowed;
    for (const Outcomes& each : behaviour.contract_of(one_at_a_time())) {
        allowed += (allowed.empty() ? "" : " or ") + name(each);
    }
    const bool in_contract = behaviour.allows(outcome, one_at_a_time());
    INFO(std::string(behaviour.question));
    INFO(outcome, " (", verdict.detail, "), allowed is ", allowed, "; ", name_of(arrangement));
    CHECK((in_contract || deviates(outcome)));
}

// All cases are this function, because doctest's are plain ones: which behaviour is meant says the case's name.
void run_behaviour() {
    const auto found = std::ranges::find(cases(), running_case(), &Case::name);
    REQUIRE(found != cases().end());
    const Behaviour& behaviour = *found->behaviour;
    Arrangement asked;
    for (const Arrangement& each : arrangements) {
        const bool ends_differ = each.ends != Ends::usual;
        const bool here_differs = each.here != Here::connects;
        if ((ends_differ && !asked.ends_asked) || (here_differs && !asked.here_asked)) continue;
        arrangement = each;
        check(behaviour, behaviour.steps(engine()));
        asked = arrangement;
    }
}

void register_behaviours() {
    // Where one process serves the calls of all, a busy machine may take long for hundreds of connections.
    pier::behaviour::limit = after(10s * settings().patience * (under_wine() ? 4 : 1));
    for (const Behaviour& behaviour : pier::behaviour::behaviours()) {
        if (!behaviour.steps) continue;
        const Case& added = cases().emplace_back(pier::behaviour::case_of(behaviour.id), &behaviour);
        doctest::detail::regTest(doctest::detail::TestCase(run_behaviour, __FILE__, __LINE__, {}) * added.name.c_str());
    }
}

[[maybe_unused]] const bool offered = (register_more_cases = register_behaviours, true);

}  // namespace

TEST_CASE("behaviours: each record is complete, and the list of deviations names records that there are") {
    std::set<std::string_view> ids;
    for (const Behaviour& behaviour : pier::behaviour::behaviours()) {
        CAPTURE(std::string(behaviour.id));
        CHECK(ids.insert(behaviour.id).second);
        CHECK_FALSE(behaviour.question.empty());
        CHECK_FALSE(behaviour.promise.empty());
        CHECK_FALSE(behaviour.steps_text.empty());
        CHECK(static_cast<bool>(behaviour.steps) == behaviour.not_applicable.empty());
        CHECK(behaviour.windows.sentence.empty() == behaviour.windows.source.empty());
    }
    for (const pier::behaviour::Deviation& deviation : pier::behaviour::deviations()) {
        CAPTURE(deviation.name);
        CHECK_FALSE(deviation.name.empty());
        std::string_view id = deviation.name;
        if (const std::string prefix = pier::behaviour::case_of(""); id.starts_with(prefix)) {
            id.remove_prefix(prefix.size());
            CHECK(ids.contains(id));
        }
        CHECK((deviation.outcome.empty() || pier::behaviour::is_outcome(deviation.outcome)));
    }
}

}  // namespace contract
