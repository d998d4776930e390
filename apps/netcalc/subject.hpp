// What a word stands for.
#pragma once

#include "words.hpp"

#include <pier/address/prefix.hpp>

#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace netcalc {

// An address, alone or with the prefix that it was written with.
struct Subject {
    pier::Address address;
    std::optional<pier::Prefix> prefix;
};

// A sentence for people where it can't be done.
template <class T>
using OrSentence = std::expected<T, std::string>;

[[nodiscard]] OrSentence<Subject> parse_subject(std::string_view text, bool historical);
// Without any bits behind the prefix; an address alone is a prefix of its whole length.
[[nodiscard]] OrSentence<pier::Prefix> parse_prefix(std::string_view text, bool historical);
// The sentence says which line of standard input it was, if it was one.
[[nodiscard]] OrSentence<Subject> parse_subject(const Word& word, bool historical);
[[nodiscard]] OrSentence<pier::Prefix> parse_prefix(const Word& word, bool historical);

}  // namespace netcalc
