// The words of a text that comes in pieces: what stands between blanks and ends of lines. From a "#" on a line is a
// comment.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace pier {

struct ScannedWord {
    std::string text;
    std::size_t line = 0;   // from 1 on
    bool too_long = false;  // `text` is its beginning
};

// A zero byte is a part of a word, or what shows that all of this is no text.
enum class ZeroByte : std::uint8_t { of_a_word, of_no_text };

// One thread at a time; no I/O.
class WordScanner {
public:
    enum class Seen : std::uint8_t { needs_more, word, zero_byte };

    // `longest`: bytes of a word. What is behind them is left out.
    WordScanner(std::size_t longest, ZeroByte zero_byte) noexcept : longest_(longest), zero_byte_(zero_byte) {}

    // Another text begins, with line 1.
    void begin() { *this = WordScanner(longest_, zero_byte_); }
    // The next bytes of the text, once scan() has asked for more. The byte order mark that some editors put before
    // UTF-8 is left out, if the first piece begins with all of it.
    void take(std::string bytes);
    // Goes on with `word`, which is empty at the beginning of each. After needs_more it may be unfinished: at the end
    // of the text it is the last word, if it is not empty. After zero_byte there is nothing more to be had of this
    // text.
    [[nodiscard]] Seen scan(ScannedWord& word);
    // That of the next byte.
    [[nodiscard]] std::size_t line() const noexcept { return line_; }

private:
    std::size_t longest_;
    ZeroByte zero_byte_;
    std::string buffer_;
    std::size_t taken_ = 0;
    std::size_t line_ = 1;
    bool first_ = true;
    bool comment_ = false;
};

}  // namespace pier
