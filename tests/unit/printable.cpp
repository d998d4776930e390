// What of a text reaches a terminal.
#include "../contract/support/outcome.hpp"

#include <pier/cli/printable.hpp>

#include <string_view>

using namespace std::string_view_literals;
using pier::printable;

TEST_CASE("printable: text stays as it is") {
    for (std::string_view text :
         {""sv, "engine \"a\\b\""sv, "Gr\u00fc\u00dfe"sv, "\u00a0"sv, "\u20ac"sv, "\U0001f6a2"sv, "\U0010ffff"sv}) {
        CHECK(printable(text) == text);
    }
}

TEST_CASE("printable: control characters are escaped") {
    CHECK(printable("a\nb\r\tc") == "a\\nb\\r\\tc");
    CHECK(printable("\x1b[31m") == "\\x1b[31m");
    CHECK(printable("\0\x01\x1f\x7f"sv) == "\\x00\\x01\\x1f\\x7f");
    // C1: U+009B is the one-character form of ESC [.
    CHECK(printable("\xc2\x80\xc2\x9b\xc2\x9f") == "\\xc2\\x80\\xc2\\x9b\\xc2\\x9f");
}

TEST_CASE("printable: bytes that are no UTF-8 are escaped") {
    CHECK(printable("\x9b[31m") == "\\x9b[31m");
    CHECK(printable("a\xff") == "a\\xff");
    CHECK(printable("\xe2\x82") == "\\xe2\\x82");                    // cut short
    CHECK(printable("\xe2\x82z") == "\\xe2\\x82z");                  // broken off
    CHECK(printable("\xc0\x8a") == "\\xc0\\x8a");                    // a longer form of \n
    CHECK(printable("\xe0\x80\x8a") == "\\xe0\\x80\\x8a");           // and a still longer one
    CHECK(printable("\xed\xa0\x80") == "\\xed\\xa0\\x80");           // a surrogate
    CHECK(printable("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");  // above U+10FFFF
}
