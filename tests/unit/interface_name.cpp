// Which interface a word means, of a list that this test makes up.
#include <pier/cli/interface_name.hpp>

#include <doctest/doctest.h>

namespace {

using pier::Interface;

Interface named(const std::string& name, std::uint32_t index) {
    Interface made;
    made.name = name;
    made.system_name = "system_" + name;
    made.index = index;
    return made;
}

std::vector<Interface> three() {
    std::vector<Interface> all{named("lo", 1), named("e0", 2), named("7", 3)};
    for (Interface& each : all) {
        each.up = each.running = true;
        each.addresses.push_back({pier::Endpoint::v4({192, 0, 2, 1}, 0), 24, {}, {}, {}});
    }
    all[0].loopback = true;
    all[1].hardware_address = all[2].hardware_address = {2, 0, 0, 0, 0, 1};
    return all;
}

}  // namespace

TEST_CASE("an interface is found by its name, its system name and its index, in this order") {
    const auto all = three();
    CHECK(pier::find_interface(all, "e0")->index == 2);
    CHECK(pier::find_interface(all, "system_e0")->index == 2);
    CHECK(pier::find_interface(all, "2")->name == "e0");
    CHECK(pier::find_interface(all, "7")->index == 3);
}

TEST_CASE("a word that is no interface is refused with the names that there are") {
    const auto all = three();
    for (const char* word : {"", "e", "e00", "4", "-2", "2 ", "99999999999999999999"}) {
        const auto found = pier::find_interface(all, word);
        REQUIRE_FALSE(found);
        CHECK(found.error() == "there is no interface \"" + std::string(word) + "\"; there are: lo, e0, 7");
    }
    CHECK(pier::find_interface({}, "e0").error() == "there is no interface \"e0\"; there are: none");
}

TEST_CASE("without a word it is the first one that can reach a network of IPv4") {
    auto all = three();
    CHECK(pier::first_interface(all)->name == "e0");
    all[1].running = false;
    CHECK(pier::first_interface(all)->name == "7");
    all[2].addresses.clear();
    CHECK(pier::first_interface(all).error().ends_with("there are: lo, e0, 7"));
}
