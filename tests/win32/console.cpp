// Who else uses the console of this process.
#include "console/console.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <initializer_list>
#include <vector>

using pier::win32::ProcessAndParent;
using pier::win32::shares_console;

namespace {

// 1 is the terminal, 2 the shell in it, 10 this program, 11 its child, 20 another one that the shell has started.
constexpr std::array running{ProcessAndParent{1, 0},   ProcessAndParent{2, 1},  ProcessAndParent{10, 2},
                             ProcessAndParent{11, 10}, ProcessAndParent{20, 2}, ProcessAndParent{30, 0}};

bool shared(std::initializer_list<std::uint32_t> attached) {
    return shares_console(10, std::vector<std::uint32_t>(attached), running);
}

}  // namespace

TEST_CASE("console: those that wait for this program do not use it") {
    CHECK_FALSE(shared({10}));
    CHECK_FALSE(shared({10, 2}));
    CHECK_FALSE(shared({2, 1, 10}));
}

TEST_CASE("console: whoever else is attached does") {
    CHECK(shared({10, 2, 20}));
    CHECK(shared({10, 11}));
    CHECK(shared({30, 10}));
    CHECK(shared({10, 99}));
}

TEST_CASE("console: a ring of numbers that were used again ends") {
    constexpr std::array ring{ProcessAndParent{10, 5}, ProcessAndParent{5, 6}, ProcessAndParent{6, 5}};
    constexpr std::array<std::uint32_t, 2> attached{10, 7};
    CHECK(shares_console(10, attached, ring));
}
