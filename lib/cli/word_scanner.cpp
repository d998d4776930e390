#include <pier/cli/word_scanner.hpp>

#include <string_view>
#include <utility>

namespace pier {

void WordScanner::take(std::string bytes) {
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    buffer_ = std::move(bytes);
    taken_ = first_ && buffer_.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
    first_ = false;
}

WordScanner::Seen WordScanner::scan(ScannedWord& word) {
    constexpr std::string_view space = " \t\r\n\f\v";
    while (taken_ < buffer_.size()) {
        const char c = buffer_[taken_];
        if (c == '\0' && zero_byte_ == ZeroByte::of_no_text) return Seen::zero_byte;
        const bool ends = space.find(c) != std::string_view::npos || comment_ || c == '#';
        // What ends a word is left for the next call, which counts the lines.
        if (ends && !word.text.empty()) return Seen::word;
        ++taken_;
        if (c == '#') comment_ = true;
        if (c == '\n') {
            comment_ = false;
            ++line_;
        }
        if (ends) continue;
        word.line = line_;
        word.too_long = word.text.size() == longest_;
        if (!word.too_long) word.text += c;
    }
    return Seen::needs_more;
}

}  // namespace pier
