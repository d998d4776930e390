#include <pier/cli/word_scanner.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

using namespace std::string_literals;
using pier::ScannedWord;
using pier::WordScanner;
using pier::ZeroByte;

namespace {

// "TEXT@LINE" for each word of a text that comes in pieces of `piece` bytes; "zero@LINE" where a zero byte ends it.
std::vector<std::string> words_of(std::string_view text, std::size_t piece, ZeroByte zero_byte = ZeroByte::of_a_word) {
    WordScanner scanner(8, zero_byte);
    std::vector<std::string> words;
    ScannedWord word;
    for (;;) {
        const auto seen = scanner.scan(word);
        if (seen == WordScanner::Seen::zero_byte) {
            words.push_back("zero@" + std::to_string(scanner.line()));
            return words;
        }
        if (seen == WordScanner::Seen::needs_more && !text.empty()) {
            scanner.take(std::string(text.substr(0, piece)));
            text.remove_prefix(std::min(piece, text.size()));
            continue;
        }
        if (word.text.empty()) return words;
        words.push_back(word.text + "@" + std::to_string(word.line) + (word.too_long ? "+" : ""));
        word = {};
    }
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("word scanner: words, lines and comments, however the text comes") {
    constexpr std::string_view text = "one two\t\r\n# not this\n\n three#nor this\nfour";
    for (std::size_t piece = 1; piece <= text.size(); ++piece) {
        CAPTURE(piece);
        CHECK(words_of(text, piece) == Words{"one@1", "two@1", "three@4", "four@5"});
    }
}

TEST_CASE("word scanner: what is too long keeps its beginning") {
    CHECK(words_of("12345678 123456789 1", 4) == Words{"12345678@1", "12345678@1+", "1@1"});
}

TEST_CASE("word scanner: a byte order mark at the beginning alone") {
    CHECK(words_of("\xef\xbb\xbfone \xef\xbb\xbftwo", 3) == Words{"one@1", "\xef\xbb\xbftwo@1"});
}

TEST_CASE("word scanner: a zero byte is of a word, or of no text") {
    const std::string text = "one\ntw\0o three"s;
    CHECK(words_of(text, 3) == Words{"one@1", "tw\0o@2"s, "three@2"});
    CHECK(words_of(text, 3, ZeroByte::of_no_text) == Words{"one@1", "zero@2"});
}

TEST_CASE("word scanner: another text begins with line 1") {
    WordScanner scanner(8, ZeroByte::of_a_word);
    scanner.take("\n\n# a");
    ScannedWord word;
    CHECK(scanner.scan(word) == WordScanner::Seen::needs_more);
    scanner.begin();
    scanner.take("b ");
    CHECK(scanner.scan(word) == WordScanner::Seen::word);
    CHECK(word.text == "b");
    CHECK(word.line == 1);
}
