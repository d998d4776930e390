// What of a stranger's line reaches a terminal.
#include "../../contract/support/outcome.hpp"

#include <pier/chat/text.hpp>
#include <pier/cli/utf8.hpp>

#include <random>
#include <string>
#include <string_view>

using namespace std::string_view_literals;
using pier::chat::clean;

TEST_CASE("chat: text stays as it is") {
    for (std::string_view text :
         {""sv, "hello"sv, "Gr\u00fc\u00dfe \u20ac \U0001f6a2"sv, "\u05e9\u05dc"sv, " a  b "sv}) {
        CHECK(clean(text) == text);
    }
}

TEST_CASE("chat: what a terminal would obey is gone") {
    CHECK(clean("a\x1b[31mred\x1b[0m") == "ared");
    CHECK(clean("a\x1b[2J\x1b[1;1Hb") == "ab");
    CHECK(clean("a\x1b]0;title\ab\x1b]52;c;aGk=\x1b\\c") == "abc");
    CHECK(clean("a\x1bPq#0\x1b\\b\x1b(Bc\x1b"
                "7d") == "abcd");
    CHECK(clean("a\x1b[12") == "a");      // cut short
    CHECK(clean("a\x1b]0;rest") == "a");  // one that does not end
    CHECK(clean("a\x1b") == "a");
    CHECK(clean("a\xc2\x9b"
                "31mb") == "ab");  // the one-character form of ESC [
    CHECK(clean("\x07\x08\x7f\0a\r\nb\tc"sv) == "ab c");
    CHECK(clean("a\u202e\u2066b\u2069\u202c\u2028\u2029\ufeff\U000e0041") == "ab");
}

TEST_CASE("chat: bytes that are no UTF-8 are replaced") {
    CHECK(clean("a\xff") == "a\ufffd");
    CHECK(clean("\xc0\x9b[31m") == "\ufffd\ufffd[31m");
    CHECK(clean("\xed\xa0\x80") == "\ufffd\ufffd\ufffd");
}

TEST_CASE("chat: a long text is cut between characters") {
    CHECK(clean("abc\u20ac", 5) == "abc");
    CHECK(clean("abc\u20ac", 6) == "abc\u20ac");
    CHECK(clean(std::string(5000, 'x')).size() == pier::chat::longest_line);
}

TEST_CASE("chat: any bytes become clean text, and clean text stays") {
    std::mt19937 random(11);
    constexpr std::string_view likely = "\x1b[]();0123mHJP\\\a\xc2\x9b\xe2\x80\xae\xf0\x9f\xff \t\nab";
    for (int i = 0; i < 20'000; ++i) {
        std::string text;
        for (std::size_t length = random() % 40; length > 0; --length) {
            text += random() % 4 == 0 ? static_cast<char>(random()) : likely[random() % likely.size()];
        }
        const std::string once = clean(text);
        REQUIRE(clean(once) == once);
        for (std::string_view rest = once; !rest.empty();) {
            const pier::CodePoint first = pier::first_code_point(rest);
            REQUIRE(first.length > 0);
            REQUIRE_FALSE(pier::is_control(first.code));
            rest.remove_prefix(first.length);
        }
    }
}
