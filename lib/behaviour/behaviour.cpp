#include <pier/behaviour/behaviour.hpp>

#include <algorithm>
#include <array>
#include <iterator>

namespace pier::behaviour {
namespace {

struct File {
    std::vector<Behaviour> (*behaviours)();
    std::string_view group;
};

constexpr File files[] = {{connect_behaviours, group::connect},       {accept_behaviours, group::connect},
                          {listen_behaviours, group::connect},        {echo_behaviours, group::stream},
                          {transfer_behaviours, group::stream},       {ending_behaviours, group::stream},
                          {half_close_behaviours, group::half_close}, {reset_behaviours, group::reset},
                          {cancel_behaviours, group::cancel},         {race_behaviours, group::cancel},
                          {readiness_behaviours, group::readiness},   {datagram_behaviours, group::datagram},
                          {option_behaviours, group::option},         {names_behaviours, group::address},
                          {limits_behaviours, group::limits},         {loop_behaviours, group::limits},
                          {system_behaviours, group::limits},         {below_behaviours, group::limits}};

constexpr std::string_view group_order[] = {group::connect, group::stream,    group::half_close, group::reset,
                                            group::cancel,  group::readiness, group::datagram,   group::option,
                                            group::address, group::limits,    group::raw};

}  // namespace

bool Behaviour::allows(std::string_view outcome, bool blocking) const {
    const std::vector<Outcomes>& allowed = contract_of(blocking);
    if (allowed.empty()) {
        return std::ranges::none_of(std::array{Outcome::failed, Outcome::hang, Outcome::crash},
                                    [&](Outcome bad) { return outcome == name(bad); });
    }
    return std::ranges::any_of(allowed, [&](const Outcomes& each) { return name(each) == outcome; });
}

const std::vector<Behaviour>& behaviours() {
    static const std::vector<Behaviour> all = [] {
        std::vector<Behaviour> joined;
        for (const File& file : files) {
            for (Behaviour& behaviour : file.behaviours()) {
                if (behaviour.group.empty()) behaviour.group = file.group;
                joined.push_back(std::move(behaviour));
            }
        }
        std::vector<Behaviour> sorted;
        for (std::string_view group : group_order) {
            for (const Behaviour& behaviour : joined) {
                if (behaviour.group == group) sorted.push_back(behaviour);
            }
        }
        return sorted;
    }();
    return all;
}

const Behaviour* find_behaviour(std::string_view id) {
    auto found = std::ranges::find(behaviours(), id, &Behaviour::id);
    return found == behaviours().end() ? nullptr : &*found;
}

}  // namespace pier::behaviour
