// What programs bind by CommandLine. It says on stderr what is wrong with each line that is refused here.
#include <pier/cli/command_line.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace {

using Words = std::vector<std::string>;

constexpr int wrong_usage = 2;

// A program that waits. The exit status, or nothing when it may go on.
struct Waiter {
    pier::Duration pause = std::chrono::seconds(3);
    std::optional<pier::Duration> patience;
    std::string colour = "red";
    std::string even = "2";

    std::optional<int> parse(Words words) {
        pier::CommandLine line{"Waits.", "waiter"};
        line.add_option("--pause", pause, "between two").range(0.0, 1e6);
        line.add_option("-p,--patience", patience, "at most");
        line.add_option("--colour", colour, "of its lamp").one_of({"red", "green"});
        line.add_option("--even", even, "an even digit").check([](const std::string& word) {
            return word.find_first_not_of("02468") == std::string::npos ? "" : "not even";
        });
        return pier::parse_command_line(line, std::move(words));
    }
};

}  // namespace

TEST_CASE("a command line binds spans of time in seconds") {
    Waiter waiter;
    CHECK(waiter.parse({"--pause", "1.5", "-p", "0.25"}) == std::nullopt);
    CHECK(waiter.pause == std::chrono::milliseconds(1500));
    CHECK(waiter.patience == std::chrono::milliseconds(250));
}

TEST_CASE("what a command line does not say stays as it was") {
    Waiter waiter;
    CHECK(waiter.parse({}) == std::nullopt);
    CHECK(waiter.pause == std::chrono::seconds(3));
    CHECK(waiter.patience == std::nullopt);
    CHECK(waiter.colour == "red");
}

TEST_CASE("a span of time is a number that is finite and in range") {
    for (const char* word : {"nan", "inf", "-inf", "1e300", "x", "", "-1", "1000001"}) {
        CAPTURE(word);
        CHECK(Waiter().parse({"--pause", word}) == wrong_usage);
    }
    for (const char* word : {"nan", "inf", "1e10"}) {
        CAPTURE(word);
        CHECK(Waiter().parse({"-p", word}) == wrong_usage);
    }
}

TEST_CASE("a value is one of the words, and the check's own opinion counts") {
    CHECK(Waiter().parse({"--colour", "green", "--even", "42"}) == std::nullopt);
    CHECK(Waiter().parse({"--colour", "blue"}) == wrong_usage);
    CHECK(Waiter().parse({"--even", "43"}) == wrong_usage);
}

TEST_CASE("a command line is refused by what is wrong with the whole of it") {
    for (const bool good : {false, true}) {
        pier::CommandLine line{"Waits.", "waiter"};
        line.check_all([good] { return good ? std::string() : std::string("not today"); });
        CHECK(pier::parse_command_line(line, Words{}) == (good ? std::nullopt : std::optional(wrong_usage)));
    }
}

TEST_CASE("the subcommand that was given is known with its options") {
    pier::CommandLine line{"Waits.", "waiter"};
    pier::CommandLine& begin = line.add_subcommand("begin", "Begins.");
    pier::CommandLine& end = line.add_subcommand("end", "Ends.");
    Words names;
    bool soon = false;
    end.add_option("name", names, "whom").one_word_each();
    end.add_flag("--soon", soon, "at once");
    REQUIRE(pier::parse_command_line(line, {"end", "[::1]", "--soon"}) == std::nullopt);
    CHECK(line.subcommand() == &end);
    CHECK(end.parsed());
    CHECK_FALSE(begin.parsed());
    CHECK(names == Words{"[::1]"});
    CHECK(soon);
    CHECK(end.option("--soon").count() == 1);
    CHECK(end.count("name") == 1);
    CHECK(end.option("name").last_word() == "[::1]");
    CHECK_FALSE(begin.find_option("--soon"));
    CHECK_THROWS(static_cast<void>(begin.option("--soon")));
}
