#include "subject.hpp"

#include <pier/address/historical.hpp>

namespace netcalc {
namespace {

using pier::Address;

pier::TextResult<Address> read_address(std::string_view text, bool historical) {
    // IPv6 has one form.
    const bool v6 = text.find(':') != std::string_view::npos;
    return historical && !v6 ? pier::parse_historical(text) : Address::parse(text);
}

std::unexpected<std::string> refuse(const pier::TextError& error, std::string_view address, bool historical) {
    std::string sentence = error.sentence;
    if (historical) return std::unexpected(std::move(sentence));
    if (const auto meant = pier::parse_historical(address); meant && !Address::parse(address)) {
        sentence.append("; --historical reads it as ").append(meant->to_string());
    }
    return std::unexpected(std::move(sentence));
}

template <class Parse>
auto parse_word(const Word& word, Parse parse) -> decltype(parse(std::string_view())) {
    if (word.too_long) {
        return std::unexpected("line " + std::to_string(word.line) + ": " + word.text.substr(0, 40) +
                               "...: this is too long for an address");
    }
    auto parsed = parse(std::string_view(word.text));
    if (parsed || word.line == 0) return parsed;
    return std::unexpected("line " + std::to_string(word.line) + ": " + parsed.error());
}

}  // namespace

OrSentence<Subject> parse_subject(std::string_view text, bool historical) {
    const std::size_t slash = text.find('/');
    const std::string_view address = text.substr(0, slash);
    auto alone = read_address(address, historical);
    if (!alone) return refuse(alone.error(), address, historical);
    if (slash == std::string_view::npos) return Subject{*alone, std::nullopt};
    // The length goes with the address as it is written today.
    const auto both = pier::AddressInPrefix::parse(alone->to_string().append(text.substr(slash)));
    if (!both) return std::unexpected(both.error().sentence);
    return Subject{both->address, both->prefix};
}

OrSentence<pier::Prefix> parse_prefix(std::string_view text, bool historical) {
    const auto subject = parse_subject(text, historical);
    if (!subject) return std::unexpected(subject.error());
    const Address& address = subject->address;
    if (!subject->prefix) return pier::Prefix(address, address.bits());
    // Which has the sentence about what is behind the prefix.
    const auto length = std::to_string(subject->prefix->length());
    const auto prefix = pier::Prefix::parse(address.to_string().append("/").append(length));
    if (!prefix) return std::unexpected(prefix.error().sentence);
    return *prefix;
}

OrSentence<Subject> parse_subject(const Word& word, bool historical) {
    return parse_word(word, [&](std::string_view text) { return parse_subject(text, historical); });
}

OrSentence<pier::Prefix> parse_prefix(const Word& word, bool historical) {
    return parse_word(word, [&](std::string_view text) { return parse_prefix(text, historical); });
}

}  // namespace netcalc
