#include "scanner.hpp"

#include "values.hpp"

#include <algorithm>

namespace send_frame {
namespace {

constexpr std::string_view space = " \t\r\n";
constexpr std::string_view ends_word = " \t\r\n/;\"#=";
constexpr std::string_view ends_value = " \t\r\n/;\"#";

std::unexpected<Mistake> mistake(std::size_t offset, std::string sentence) {
    return std::unexpected(Mistake{offset, std::move(sentence)});
}

}  // namespace

void Scanner::pass_space() noexcept {
    while (!at_end()) {
        if (text_[place_] == '#') {
            place_ = std::min(text_.find('\n', place_), text_.size());
        } else if (space.find(text_[place_]) != std::string_view::npos) {
            ++place_;
        } else {
            return;
        }
    }
}

OrMistake<char> Scanner::take_escape() {
    const std::size_t begin = place_ - 1;
    const char c = at_end() ? '\0' : text_[place_++];
    constexpr std::string_view letters = "nrt0\\\"";
    constexpr std::string_view meanings{"\n\r\t\0\\\"", 6};
    if (const std::size_t found = letters.find(c); c != '\0' && found != std::string_view::npos) {
        return meanings[found];
    }
    if (c == 'x' && text_.size() - place_ >= 2) {
        ByteVector byte;
        const Fault fault = read(text_.substr(place_, 2), byte);
        place_ += 2;
        if (fault.empty() && byte.size() == 1) return static_cast<char>(byte.front());
    }
    return mistake(begin, "a backslash stands before n, r, t, 0, \\, \" or x and two digits");
}

OrMistake<std::string> Scanner::take_quoted() {
    const std::size_t begin = place_++;
    std::string text;
    while (!at_end()) {
        const char c = text_[place_++];
        if (c == '"') return text;
        if (c != '\\') {
            text += c;
            continue;
        }
        const auto meant = take_escape();
        if (!meant) return std::unexpected(meant.error());
        text += *meant;
    }
    return mistake(begin, "the quotation has no end");
}

OrMistake<Token> Scanner::next() {
    pass_space();
    Token token;
    token.offset = place_;
    if (at_end()) return token;
    const char c = text_[place_];
    if (c == '/' || c == ';') {
        ++place_;
        token.kind = c == '/' ? Token::Kind::slash : Token::Kind::semi;
        return token;
    }
    if (c == '"') {
        auto quoted = take_quoted();
        if (!quoted) return std::unexpected(quoted.error());
        token.kind = Token::Kind::text;
        token.text = std::move(*quoted);
        return token;
    }
    token.kind = Token::Kind::word;
    std::size_t end = std::min(text_.find_first_of(ends_word, place_), text_.size());
    token.text = text_.substr(place_, end - place_);
    place_ = end;
    if (at_end() || text_[place_] != '=') return token;
    if (token.text.empty()) return mistake(place_, "a name is missing before \"=\"");
    ++place_;
    if (!at_end() && text_[place_] == '"') {
        auto quoted = take_quoted();
        if (!quoted) return std::unexpected(quoted.error());
        token.value = std::move(*quoted);
        return token;
    }
    end = std::min(text_.find_first_of(ends_value, place_), text_.size());
    token.value = text_.substr(place_, end - place_);
    place_ = end;
    return token;
}

std::string place_of(std::string_view text, std::size_t offset) {
    const std::string_view before = text.substr(0, offset);
    const std::size_t newline = before.rfind('\n');
    const std::size_t column = newline == std::string_view::npos ? offset + 1 : offset - newline;
    const std::string place = "column " + std::to_string(column);
    if (text.find('\n') == std::string_view::npos) return place;
    return "line " + std::to_string(1 + std::ranges::count(before, '\n')) + ", " + place;
}

}  // namespace send_frame
