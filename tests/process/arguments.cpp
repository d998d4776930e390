// Arguments, environments and directories arrive as they were given.
#include "support.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <random>

using namespace process_tests;

namespace {

using Words = std::vector<std::string>;

// Pieces, and not letters: so that backslashes and quotes meet often.
std::string random_argument(std::mt19937& random) {
    static const Words pieces{"\"",    "\"\"",     "\\",           "\\\\",       " ",       "\t",   "\n",   "\r\n", "'",
                              "a",     "%PATH%",   "$HOME",        "*",          "^",       "&",    "|",    ";",    "-",
                              "--x=y", "\u00e4",   "\u65e5\u672c", "\U0001F600", "e\u0301", "\x01", "\x7f", "=",    "!",
                              "`",     "C:\\dir\\"};
    std::string text;
    for (auto count = random() % 7; count > 0; --count) text += pieces[random() % pieces.size()];
    return text;
}

// As the helper writes them.
Words parse(const std::string& text) {
    Words words;
    for (std::size_t at = 0; at + 4 <= text.size();) {
        std::uint32_t size = 0;
        for (int i = 0; i < 4; ++i)
            size |= static_cast<std::uint32_t>(static_cast<unsigned char>(text[at++])) << (8 * i);
        words.push_back(text.substr(at, size));
        at += size;
    }
    return words;
}

// An argument as a command line of Windows has it, at most.
std::size_t most_room(const std::string& argument) { return 2 * argument.size() + 3; }

Words echo(const Words& words) {
    Words all{"arguments"};
    all.insert(all.end(), words.begin(), words.end());
    return parse(said(helping(std::move(all))).text);
}

}  // namespace

TEST_CASE("arguments: ones that ask for care") {
    const Words words{"",
                      "a b",
                      "\"",
                      "\\",
                      "\\\\\"",
                      "a\\",
                      "a b\\",
                      "\"\"",
                      "",
                      " ",
                      "\n",
                      "gr\u00f6\u00dfer \U0001F600",
                      "\\\"x\\\" y",
                      "'"};
    CHECK(echo(words) == words);
    CHECK(echo({}).empty());
    CHECK(echo({""}) == Words{""});
}

// As many lists a process as a command line of Windows holds; each has its number of arguments in front.
TEST_CASE("arguments: 10,000 random lists arrive equal") {
    std::mt19937 random(20'240'229);
    constexpr std::size_t room = 32'000;
    std::size_t lists = 0;
    std::size_t processes = 0;
    while (lists < 10'000) {
        Words words;
        std::size_t used = most_room(helper()) + 20;
        while (lists < 10'000) {
            Words list(random() % 9);
            for (std::string& argument : list) argument = random_argument(random);
            list.insert(list.begin(), std::to_string(list.size()));
            std::size_t size = 0;
            for (const std::string& argument : list) size += most_room(argument);
            if (used + size > room) break;  // this one is not counted
            used += size;
            words.insert(words.end(), list.begin(), list.end());
            ++lists;
        }
        const Words back = echo(words);
        ++processes;
        CAPTURE(processes);
        REQUIRE(back.size() == words.size());
        for (std::size_t i = 0; i < words.size(); ++i) {
            CAPTURE(words[i]);
            REQUIRE(back[i] == words[i]);
        }
    }
    MESSAGE(lists << " lists in " << processes << " processes");
}

TEST_CASE("environment: inherited, changed, and a whole new one") {
    auto look = helping({"environment", "PIER_A", "PIER_B", "PATH"});
    look.environment = {{"PIER_A", "1 = \"\u00e4\" "}, {"PIER_B", "gone"}, {"PIER_B", std::nullopt}};
    const std::string changed = said(look).text;
    CAPTURE(changed);
    CHECK(changed.find("PIER_B is not there\nPATH=") != std::string::npos);
    // What getenv() says on Windows is in the code page of the user, so only this much is sure.
    CHECK(changed.starts_with("PIER_A=1 = \""));

    look.environment = {{"PIER_B", ""}};
    look.inherit_environment = false;
    CHECK(said(look).text.find("PATH is not there") != std::string::npos);
    CHECK(said(look).text.starts_with("PIER_A is not there"));
    look.environment = {{"PATH", "x"}};
    CHECK(said(look).text == "PIER_A is not there\nPIER_B is not there\nPATH=x\n");

    // Through a process between: a variable that it was given goes on, unless it is taken away.
    auto between = helping({"start", helper(), "environment", "PIER_A"});
    between.environment = {{"PIER_A", "x"}};
    CHECK(said(between).text == "PIER_A=x\n");
}

TEST_CASE("directory: the child's is the given one, and the program is looked for from here") {
    auto where = helping({"directory"});
    const auto here = std::filesystem::current_path().generic_u8string();
    CHECK(said(where).text == std::string(here.begin(), here.end()));
    where.directory = folder();
    std::string told = said(where).text;
    CHECK(folder().find(told.substr(told.rfind('/') + 1)) != std::string::npos);
    where.program = std::filesystem::relative(helper()).string();
    if (where.program.find_first_of("/\\") == std::string::npos) where.program.insert(0, "./");
    CHECK(said(where).text == told);
}

TEST_CASE("program: a name is looked for in PATH, and nowhere else") {
    const auto path = std::filesystem::path(helper());
    auto named = helping({"start", path.stem().string(), "say", "found"});
    named.environment = {{"PATH", path.parent_path().string()}};
    CHECK(said(named).text == "found");
    named.environment = {{"PATH", folder()}};
    CHECK(said(named).text == pier::message(pier::Errc::program_not_found));
    // Not from the current directory either, by an empty PATH or an empty part of one.
    named.directory = path.parent_path().string();
    for (const char* nothing : {"", ":", ";"}) {
        named.environment = {{"PATH", nothing}};
        CHECK(said(named).text == pier::message(pier::Errc::program_not_found));
    }
}
