#include "words.hpp"

#include <pier/sys/console.hpp>

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

namespace netcalc {

pier::Result<std::optional<Word>> Words::next() {
    for (;;) {
        if (in_input_) {
            auto word = next_of_input();
            if (!word || *word) return word;
            in_input_ = false;
        }
        if (at_ == words_.size()) return std::nullopt;
        const std::string& text = words_[at_++];
        if (text != "-") return Word{text};
        in_input_ = true;
    }
}

pier::Result<std::optional<Word>> Words::next_of_input() {
    constexpr std::string_view space = " \t\r\n\f\v";
    Word word;
    while (!ended_) {
        if (taken_ == buffer_.size()) {
            std::array<std::byte, 16 << 10> bytes;
            const auto got = pier::sys::read_standard_input(bytes);
            if (!got || *got == 0) ended_ = true;
            if (!got) return std::unexpected(got.error());
            buffer_.assign(reinterpret_cast<const char*>(bytes.data()), *got);
            taken_ = 0;
            continue;
        }
        const char c = buffer_[taken_];
        const bool ends = space.find(c) != std::string_view::npos || comment_ || c == '#';
        // What ends a word is left for the next call, which counts the lines.
        if (ends && !word.text.empty()) break;
        ++taken_;
        if (c == '#') comment_ = true;
        if (c == '\n') {
            comment_ = false;
            ++line_;
        }
        if (ends) continue;
        word.line = line_;
        word.too_long = word.text.size() == longest;
        if (!word.too_long) word.text += c;
    }
    if (word.text.empty()) return std::nullopt;
    return word;
}

}  // namespace netcalc
