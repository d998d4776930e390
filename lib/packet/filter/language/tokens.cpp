#include "tokens.hpp"

#include <pier/address/address.hpp>
#include <pier/packet/mac_address.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace pier::packet::filter {

namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
constexpr bool is_word(char c) { return is_digit(c) || is_letter(c) || c == '-' || c == '_' || c == '.'; }
constexpr bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

template <class Test>
std::string_view run_of(std::string_view text, Test test) {
    const auto end = std::ranges::find_if_not(text, test);
    return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

struct Digits {
    std::string_view text;
    int base = 10;
};

// Nothing where the text is not all digits of its base.
std::optional<Digits> digits_of(std::string_view text) {
    if (text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
        const std::string_view rest = text.substr(2);
        return std::ranges::all_of(rest, is_hex) ? std::optional(Digits{rest, 16}) : std::nullopt;
    }
    if (text.empty() || !std::ranges::all_of(text, is_digit)) return std::nullopt;
    return Digits{text, text.size() > 1 && text[0] == '0' ? 8 : 10};
}

bool is_dotted(std::string_view text) {
    const auto dots = std::ranges::count(text, '.');
    return dots >= 1 && dots <= 3 && is_digit(text.back()) && text.find("..") == std::string_view::npos &&
           std::ranges::all_of(text, [](char c) { return is_digit(c) || c == '.'; });
}

// An address of IPv6 or of Ethernet at the beginning of the text: it would be cut at its colons and hyphens otherwise.
std::optional<Token> take_address(std::string_view text, std::size_t offset) {
    const std::string_view colons = run_of(text, [](char c) { return is_hex(c) || c == ':' || c == '.'; });
    if (std::ranges::count(colons, ':') >= 2) {
        if (MacAddress::parse(colons)) return Token{Token::Kind::mac, offset, colons, 0};
        if (const auto address = Address::parse(colons); address && address->is_v6()) {
            return Token{Token::Kind::address, offset, colons, 0};
        }
    }
    const std::string_view others = run_of(text, is_word);
    if (MacAddress::parse(others)) return Token{Token::Kind::mac, offset, others, 0};
    return std::nullopt;
}

PacketResult<Token> take_word(std::string_view text, std::size_t offset) {
    std::string_view word = run_of(text, is_word);
    while (word.back() == '-' || word.back() == '_') word.remove_suffix(1);
    Token token{Token::Kind::word, offset, word, 0};
    if (const auto digits = digits_of(word)) {
        token.kind = Token::Kind::number;
        const char* end = digits->text.data() + digits->text.size();
        const auto [stop, failure] = std::from_chars(digits->text.data(), end, token.number, digits->base);
        if (failure != std::errc{}) return wrong_token(token, "a number has at most 32 bits");
        if (stop != end) return wrong_token(token, "a number that begins with 0 is octal");
    } else if (is_dotted(word)) {
        token.kind = Token::Kind::dotted;
    }
    return token;
}

PacketResult<Token> take(std::string_view text, std::size_t offset) {
    constexpr std::array symbols{"&&", "||", "<<", ">>", "<=", ">=", "!=", "==", "(", ")", "[", "]", ":",
                                 "/",  "+",  "-",  "*",  "%",  "&",  "|",  "^",  "=", "<", ">", "!"};
    if (is_hex(text[0]) || text[0] == ':') {
        if (const auto address = take_address(text, offset)) return *address;
    }
    if (is_digit(text[0]) || is_letter(text[0])) return take_word(text, offset);
    if (text[0] == '\\') {
        const std::string_view name = run_of(text.substr(1), is_word);
        if (!name.empty()) return Token{Token::Kind::name, offset, name, 0};
    }
    for (const std::string_view symbol : symbols) {
        if (text.starts_with(symbol)) return Token{Token::Kind::symbol, offset, text.substr(0, symbol.size()), 0};
    }
    return wrong_token({Token::Kind::symbol, offset, text.substr(0, 1), 0}, "no such character is in a filter");
}

}  // namespace

std::unexpected<PacketError> wrong_token(const Token& token, std::string_view wrong) {
    std::string sentence;
    for (const char c : token.text.substr(0, 64)) sentence += c >= ' ' && c <= '~' ? c : '?';
    if (sentence.empty()) sentence = "end of the filter";
    return std::unexpected(PacketError{token.offset, sentence + ": " + std::string(wrong)});
}

PacketResult<std::vector<Token>> split_filter(std::string_view text) {
    std::vector<Token> tokens;
    for (std::size_t at = 0; at < text.size();) {
        if (is_space(text[at])) {
            ++at;
            continue;
        }
        const auto token = take(text.substr(at), at);
        if (!token) return std::unexpected(token.error());
        tokens.push_back(*token);
        at += token->text.size() + (token->kind == Token::Kind::name ? 1 : 0);
    }
    tokens.push_back({Token::Kind::end, text.size(), {}, 0});
    return tokens;
}

}  // namespace pier::packet::filter
