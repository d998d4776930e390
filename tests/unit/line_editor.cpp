// A line that is being typed: what keys do, and what is drawn.
#include "../contract/support/outcome.hpp"

#include <pier/cli/line_editor.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <vector>

using pier::LineEditor;

namespace {

std::string typed(std::string_view keys) {
    LineEditor editor("> ", 100);
    CHECK(editor.take(keys).lines.empty());
    return editor.text();
}

}  // namespace

TEST_CASE("line editor: keys edit the line") {
    CHECK(typed("hello") == "hello");
    CHECK(typed("helo\x1b[Dl") == "hello");
    CHECK(typed("ac\x1b[D\x1b[D\x1b[Cb") == "abc");
    CHECK(typed("ab\x1bOD\x7f") == "b");
    CHECK(typed("ab\b\b\bc") == "c");
    CHECK(typed("abc\x1b[H\x1b[3~") == "bc");
    CHECK(typed("bc\x01"
                "a\x05"
                "d") == "abcd");
    CHECK(typed("one two  \x17"
                "2") == "one 2");
    CHECK(typed("abc\x1b[D\x0b") == "ab");
    CHECK(typed("abc\x1b[D\x15") == "c");
    CHECK(typed("abc\x01\x04") == "bc");
    CHECK(typed("gr\u00f6\u20ac\x7f\x7f\u00fc") == "gr\u00fc");
    // Keys that mean nothing.
    CHECK(typed("a\x1b[15~\x1b[1;5P\x1bx\x07\tb\xff\xc2\x9b") == "ab");
}

TEST_CASE("line editor: return completes lines, also several at once") {
    LineEditor editor("> ", 100);
    auto result = editor.take("one\rtwo\nthr");
    CHECK(result.lines == std::vector<std::string>{"one", "two"});
    CHECK(editor.text() == "thr");
    CHECK(editor.take("ee\r").lines == std::vector<std::string>{"three"});
    CHECK(editor.text().empty());
}

TEST_CASE("line editor: Ctrl-D ends the input on an empty line alone") {
    LineEditor editor("> ", 100);
    CHECK_FALSE(editor.take("a\x04").ended);
    const auto result = editor.take("\r\x04rest");
    CHECK(result.lines == std::vector<std::string>{"a"});
    CHECK(result.ended);
    CHECK(editor.text().empty());
}

TEST_CASE("line editor: characters and sequences may come in parts") {
    LineEditor editor("> ", 100);
    for (char key : std::string_view("a\u20ac\x1b[D\x1b[3~\u00fc\x1b["))
        CHECK(editor.take(std::string(1, key)).lines.empty());
    CHECK(editor.text() == "a\u00fc");
    CHECK(editor.take("C\x1b").lines.empty());
    CHECK(editor.take("\x1b[D!").lines.empty());
    CHECK(editor.text() == "a!\u00fc");
}

TEST_CASE("line editor: a line has an end") {
    LineEditor editor("> ", 4);
    CHECK_FALSE(editor.take("abc").refused);
    CHECK(editor.take("\u00fc").refused);
    CHECK_FALSE(editor.take("d").refused);
    CHECK(editor.take("e").refused);
    CHECK(editor.text() == "abcd");
}

TEST_CASE("line editor: the line is drawn with its cursor, and scrolls when it is wide") {
    LineEditor editor("> ", 100);
    CHECK(editor.draw(80) == "\r> \x1b[K\r\x1b[2C");
    (void)editor.take("hello");
    CHECK(editor.draw(80) == "\r> hello\x1b[K\r\x1b[7C");
    (void)editor.take("\x1b[D");
    CHECK(editor.draw(80) == "\r> hello\x1b[K\r\x1b[6C");
    (void)editor.take("\x05 world");
    CHECK(editor.draw(10) == "\r> o world\x1b[K\r\x1b[9C");
    (void)editor.take("\x01");
    CHECK(editor.draw(10) == "\r> hello w\x1b[K\r\x1b[2C");
    (void)editor.take(
        "\x0b\u6f22\u5b57"
        "e\u0301x");
    CHECK(editor.draw(80) ==
          "\r> \u6f22\u5b57"
          "e\u0301x\x1b[K\r\x1b[8C");
    CHECK(editor.draw(0) == "\rx\x1b[K\r\x1b[1C");
}

TEST_CASE("line editor: any keys leave whole characters, and a row that is not full") {
    std::mt19937 random(3);
    constexpr std::string_view likely = "ab \x1b[DCHF3~O\x7f\x01\x05\x17\x0b\r\xe2\x82\xac\xc3\xbc";
    LineEditor editor("> ", 60);
    for (int i = 0; i < 20'000; ++i) {
        std::string keys;
        for (std::size_t length = random() % 6; length > 0; --length) {
            keys += random() % 8 == 0 ? static_cast<char>(random()) : likely[random() % likely.size()];
        }
        (void)editor.take(keys);
        REQUIRE(editor.text().size() <= 60);
        const auto columns = static_cast<unsigned>(random() % 30);
        const std::string row = editor.draw(columns);
        // Each character of the row is one column, or none of it: bytes that begin one, without the controls.
        unsigned shown = 0;
        for (char c : row.substr(0, row.find("\x1b[K")))
            shown += c != '\r' && (static_cast<unsigned char>(c) & 0xc0) != 0x80;
        REQUIRE(shown < std::max(columns, 2U) + 8);
    }
}
