// Names that all systems allow for all kinds.
#include "../contract/support/outcome.hpp"

#include <pier/sys/ipc/name.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

using contract::outcome;
using pier::Errc;
using pier::IpcName;

TEST_CASE("ipc name: letters, digits and three signs, up to 200 of them") {
    for (const char* text : {"a", "7", "work", "Work-2_b.lock", "a-", "a_", "a..b"}) {
        auto name = IpcName::parse(text);
        REQUIRE(outcome(name) == Errc::ok);
        CHECK(name->text() == text);
        CHECK(IpcName::fault(text).empty());
    }
    CHECK(outcome(IpcName::parse(std::string(200, 'x'))) == Errc::ok);
}

TEST_CASE("ipc name: what some system does not allow is refused, with the reason") {
    CHECK(IpcName::fault("") == "it is empty");
    CHECK(IpcName::fault(std::string(201, 'x')) == "it is longer than 200 characters");
    for (const char* text : {"a/b", "a\\b", "a b", "a:b", "caf\xc3\xa9", "a\n", "Local\\a"})
        CHECK(IpcName::fault(text) == "it has a character besides letters, digits, '-', '_' and '.'");
    for (const char* text : {".", "..", ".a", "-a", "_a"})
        CHECK(IpcName::fault(text) == "it does not begin with a letter or digit");
    CHECK(IpcName::fault("a.") == "it ends with a '.'");
    CHECK(outcome(IpcName::parse("a/b")) == Errc::bad_name);
    CHECK(outcome(IpcName::parse(std::string_view("a\0b", 3))) == Errc::bad_name);
}

TEST_CASE("ipc name: each kind has names of its own, short enough for every system") {
    auto name = IpcName::parse(std::string(200, 'x'));
    REQUIRE(outcome(name) == Errc::ok);
    std::vector<std::string> seen;
    for (pier::IpcKind kind : pier::ipc_kinds) {
        auto system = pier::sys::system_name(kind, *name);
        REQUIRE(outcome(system) == Errc::ok);
        CHECK(system->size() <= 256);
        CHECK(system->ends_with(name->text()));
        CHECK(std::ranges::find(seen, *system) == seen.end());
        CHECK_FALSE(pier::name_of(kind).empty());
        seen.push_back(*system);
    }
}
