// The arguments in a command line: the examples of "Parsing C command-line arguments", and what they leave open.
#include "process/command_line.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

using pier::win32::append_argument;
using pier::win32::split_command_line;
using Words = std::vector<std::wstring>;

namespace {

// Behind the program's name.
Words arguments(std::wstring_view text) {
    Words words = split_command_line(L"program " + std::wstring(text));
    words.erase(words.begin());
    return words;
}

bool same(std::wstring_view text, const Words& expected) { return arguments(text) == expected; }

}  // namespace

TEST_CASE("command line: the documented examples") {
    CHECK(same(LR"("a b c" d e)", {L"a b c", L"d", L"e"}));
    CHECK(same(LR"("ab\"c" "\\" d)", {LR"(ab"c)", LR"(\)", L"d"}));
    CHECK(same(LR"(a\\\b d"e f"g h)", {LR"(a\\\b)", L"de fg", L"h"}));
    CHECK(same(LR"(a\\\"b c d)", {LR"(a\"b)", L"c", L"d"}));
    CHECK(same(LR"(a\\\\"b c" d e)", {LR"(a\\b c)", L"d", L"e"}));
    CHECK(same(LR"(a"b"" c d)", {LR"(ab" c d)"}));
}

TEST_CASE("command line: spaces and tabs separate, however many, and empty arguments stay") {
    CHECK(arguments(L"").empty());
    CHECK(arguments(L" \t ").empty());
    CHECK(same(L" a\tb  c ", {L"a", L"b", L"c"}));
    CHECK(same(LR"("" a "" "")", {L"", L"a", L"", L""}));
    CHECK(same(L"a\nb", {L"a\nb"}));
}

TEST_CASE("command line: backslashes count only before a quote") {
    CHECK(same(LR"(C:\dir\ \\server\share)", {LR"(C:\dir\)", LR"(\\server\share)"}));
    CHECK(same(LR"("C:\dir\\" next)", {LR"(C:\dir\)", L"next"}));
    CHECK(same(LR"(\" \\\")", {L"\"", LR"(\")"}));
    CHECK(same(LR"(end\)", {LR"(end\)"}));
    CHECK(same(LR"("open end)", {L"open end"}));
    CHECK(same(LR"("say ""it""")", {LR"(say "it")"}));
}

TEST_CASE("command line: the program's name knows no escapes") {
    CHECK(split_command_line(L"") == Words{L""});
    CHECK(split_command_line(LR"("C:\Program Files\app.exe" x)") == Words{LR"(C:\Program Files\app.exe)", L"x"});
    CHECK(split_command_line(LR"("C:\dir\" x)") == Words{LR"(C:\dir\)", L"x"});
    CHECK(split_command_line(LR"(C:\a"b c"\d.exe x)") == Words{LR"(C:\ab c\d.exe)", L"x"});
    CHECK(split_command_line(L" x") == Words{L"", L"x"});
}

TEST_CASE("command line: characters beyond ASCII stay as they are") {
    CHECK(same(L"gr\u00f6\u00dfer \U0001F600", {L"gr\u00f6\u00dfer", L"\U0001F600"}));
}

TEST_CASE("command line: what is added comes out again as it was") {
    const Words words{
        L"", L" ", L"a b", L"\"", L"\\", L"a\\", L"a b\\", L"\\\"", L"\"\"", L"\n\t", L"\u00e4 \U0001F600"};
    std::wstring line = L"program";
    for (const std::wstring& word : words) append_argument(line, word);
    Words back = split_command_line(line);
    back.erase(back.begin());
    CHECK(back == words);
}
