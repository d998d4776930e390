// The interfaces of whatever machine the test runs on: what holds of each of them, and what is known of loopback.
#include "../contract/support/outcome.hpp"

#include <pier/socket/interfaces.hpp>
#include <pier/sys/interface.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <thread>
#include <vector>

using contract::outcome;
using pier::Endpoint;
using pier::Family;
using pier::Interface;
using pier::InterfaceAddress;

namespace {

std::vector<Interface> list() {
    auto all = pier::interfaces();
    REQUIRE(outcome(all) == pier::Errc::ok);
    return std::move(*all);
}

bool are_same(const std::vector<Interface>& one, const std::vector<Interface>& other) {
    return std::ranges::equal(one, other, [](const Interface& a, const Interface& b) {
        return a.index == b.index && a.name == b.name && a.addresses.size() == b.addresses.size();
    });
}

// What `check` says of a list that was the same before and after it. Others may make interfaces meanwhile: nothing is
// said where they never stop.
template <class Check>
std::string of_a_steady_list(Check check) {
    for (int tries = 0; tries < 20; ++tries) {
        const std::vector<Interface> all = list();
        std::string wrong = check(all);
        if (wrong.empty() || are_same(all, list())) return wrong;
    }
    return {};
}

std::string wrong_address(const Interface& each, const InterfaceAddress& address) {
    const bool is_v4 = address.address.family() == Family::ipv4;
    const std::string text = each.name + ": " + address.address.to_string();
    if (!is_v4 && address.address.family() != Family::ipv6) return text + " has no family";
    if (address.address.port() != 0) return text + " has a port";
    if (address.prefix_length > (is_v4 ? 32 : 128)) return text + " has a prefix longer than itself";
    if (address.broadcast.family() != Family::unspecified && !is_v4) return text + " has a broadcast address";
    const bool is_link_local = address.address.address_string().starts_with("fe80:");
    if (address.address.scope() != (is_link_local ? each.index : 0)) return text + " has a wrong scope";
    return {};
}

std::string wrong_names(const Interface& each) {
    if (!pier::sys::interface_exists(each.index)) return each.name + " is not there by its index";
    for (const std::string& name : {each.name, each.system_name}) {
        const std::uint32_t index = pier::sys::interface_index(name);
        if (index != each.index)
            return name + " is " + std::to_string(each.index) + ", and by name " + std::to_string(index);
    }
    const auto zone = Endpoint::parse_address("fe80::1%" + each.name);
    if (!zone || zone->scope() != each.index) return each.name + " is no zone";
    return {};
}

}  // namespace

TEST_CASE("interfaces: loopback is there, with 127.0.0.1/8") {
    const std::vector<Interface> all = list();
    const auto found = std::ranges::find_if(all, &Interface::loopback);
    REQUIRE(found != all.end());
    CHECK(found->up);
    CHECK(found->running);
    CHECK_FALSE(found->point_to_point);
    CHECK_FALSE(found->broadcast);
    CHECK(found->hardware_address.empty());
    CHECK(found->mtu > 0);
    const auto address =
        std::ranges::find(found->addresses, Endpoint::loopback(Family::ipv4), &InterfaceAddress::address);
    REQUIRE(address != found->addresses.end());
    CHECK(address->prefix_length == 8);
    CHECK(address->broadcast == Endpoint());
    CHECK(address->peer == Endpoint());
    CHECK(address->state == pier::AddressState::usable);
}

TEST_CASE("interfaces: each has one index and one name, which the system knows it by") {
    CHECK(of_a_steady_list([](const std::vector<Interface>& all) -> std::string {
              std::set<std::string> names;
              std::uint32_t last = 0;
              for (const Interface& each : all) {
                  if (each.index <= last) return each.name + " is out of order";
                  last = each.index;
                  if (each.name.empty() || !names.insert(each.name).second) return each.name + " is there twice";
                  if (std::string wrong = wrong_names(each); !wrong.empty()) return wrong;
              }
              return {};
          }) == "");
}

TEST_CASE("interfaces: addresses have no port, a prefix that fits, and a scope where they are link-local") {
    for (const Interface& each : list()) {
        CHECK(std::ranges::is_sorted(each.addresses, {}, [](const InterfaceAddress& a) { return a.address.family(); }));
        for (const InterfaceAddress& address : each.addresses) CHECK(wrong_address(each, address) == "");
    }
}

TEST_CASE("interfaces: several threads ask at the same time") {
    std::vector<int> answers(4);
    std::vector<std::thread> threads;
    for (int& answer : answers) {
        threads.emplace_back([&answer] {
            for (int i = 0; i < 20; ++i) {
                const auto all = pier::interfaces();
                if (all && std::ranges::any_of(*all, &Interface::loopback)) ++answer;
            }
        });
    }
    for (std::thread& each : threads) each.join();
    CHECK(answers == std::vector(4, 20));
}
