#include "words.hpp"

#include <pier/sys/console.hpp>

#include <span>
#include <string>
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
        if (text != "-") return Word{text, 0, false};
        in_input_ = true;
    }
}

pier::Result<std::optional<Word>> Words::next_of_input() {
    Word word;
    while (!ended_ && scanner_.scan(word) == pier::WordScanner::Seen::needs_more) {
        std::string bytes(16 << 10, '\0');
        const auto got = pier::sys::read_standard_input(std::as_writable_bytes(std::span(bytes)));
        if (!got || *got == 0) ended_ = true;
        if (!got) return std::unexpected(got.error());
        bytes.resize(*got);
        scanner_.take(std::move(bytes));
    }
    if (word.text.empty()) return std::nullopt;
    return word;
}

}  // namespace netcalc
