#include <pier/cli/line_editor.hpp>

#include <pier/cli/utf8.hpp>

#include <algorithm>
#include <utility>

namespace pier {
namespace {

constexpr char escape = '\x1b';
constexpr std::size_t longest_sequence = 32;

constexpr char control(char letter) noexcept { return static_cast<char>(letter & 0x1f); }
bool is_continuation(char c) noexcept { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

unsigned columns_of(std::string_view text) noexcept {
    unsigned columns = 0;
    while (!text.empty()) {
        const CodePoint first = first_code_point(text);
        columns += pier::columns_of(first.code);
        text.remove_prefix(std::max<std::size_t>(first.length, 1));
    }
    return columns;
}

// How long the sequence is that the text begins with; 0 while that can't be said yet.
std::size_t sequence_length(std::string_view text) noexcept {
    if (text.size() < 2) return 0;
    if (text[1] == 'O') return text.size() < 3 ? 0 : 3;
    if (text[1] != '[') return text[1] == escape ? 1 : 2;  // a key together with Alt; a second ESC begins anew
    for (std::size_t at = 2; at < text.size(); ++at) {
        if (text[at] >= 0x40 && text[at] <= 0x7e) return at + 1;
        if (text[at] < 0x20 || at >= longest_sequence) return at;  // none, after all
    }
    return 0;
}

// Whether more bytes could complete the character that the text begins with.
bool is_cut(std::string_view text) noexcept {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t length = lead < 0xc2 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 1;
    return text.size() < length && std::ranges::all_of(text.substr(1), is_continuation);
}

}  // namespace

LineEditor::Typed LineEditor::take(std::string_view bytes) {
    Typed typed;
    rest_ += bytes;
    std::string_view left = rest_;
    while (!left.empty() && !typed.ended) {
        std::size_t length = 1;
        if (left.front() == escape) {
            length = sequence_length(left);
            if (length == 0) break;
            take_sequence(left.substr(0, length));
        } else if (const CodePoint first = first_code_point(left); first.length == 0) {
            if (is_cut(left)) break;
        } else if (is_control(first.code)) {
            length = first.length;
            if (length == 1) take_key(left.front(), typed);
        } else {
            length = first.length;
            insert(left.substr(0, length), typed);
        }
        left.remove_prefix(length);
    }
    rest_ = typed.ended ? std::string() : std::string(left);
    return typed;
}

void LineEditor::take_key(char key, Typed& typed) {
    switch (key) {
        case '\r':
        case '\n':
            cursor_ = 0;
            typed.lines.push_back(std::exchange(text_, {}));
            return;
        case '\b':
        case '\x7f':
            return erase_between(before(cursor_), cursor_);
        case control('A'):
            cursor_ = 0;
            return;
        case control('E'):
            cursor_ = text_.size();
            return;
        case control('B'):
            cursor_ = before(cursor_);
            return;
        case control('F'):
            cursor_ = behind(cursor_);
            return;
        case control('U'):
            return erase_between(0, cursor_);
        case control('K'):
            return erase_between(cursor_, text_.size());
        case control('W'):
            return erase_between(word_before(cursor_), cursor_);
        case control('D'):
            if (text_.empty()) {
                typed.ended = true;
            } else {
                erase_between(cursor_, behind(cursor_));
            }
            return;
        default:
            return;
    }
}

void LineEditor::take_sequence(std::string_view sequence) {
    if (sequence.size() < 3) return;
    const std::string_view key = sequence.substr(2);
    if (key == "D") {
        cursor_ = before(cursor_);
    } else if (key == "C") {
        cursor_ = behind(cursor_);
    } else if (key == "H" || key == "1~" || key == "7~") {
        cursor_ = 0;
    } else if (key == "F" || key == "4~" || key == "8~") {
        cursor_ = text_.size();
    } else if (key == "3~") {
        erase_between(cursor_, behind(cursor_));
    }
}

void LineEditor::insert(std::string_view character, Typed& typed) {
    if (text_.size() + character.size() > longest_) {
        typed.refused = true;
        return;
    }
    text_.insert(cursor_, character);
    cursor_ += character.size();
}

void LineEditor::erase_between(std::size_t begin, std::size_t end) {
    text_.erase(begin, end - begin);
    cursor_ = begin;
}

std::size_t LineEditor::before(std::size_t at) const noexcept {
    while (at > 0 && is_continuation(text_[--at])) {
    }
    return at;
}

std::size_t LineEditor::behind(std::size_t at) const noexcept {
    if (at < text_.size()) ++at;
    while (at < text_.size() && is_continuation(text_[at])) ++at;
    return at;
}

std::size_t LineEditor::word_before(std::size_t at) const noexcept {
    while (at > 0 && text_[at - 1] == ' ') --at;
    while (at > 0 && text_[at - 1] != ' ') --at;
    return at;
}

std::string LineEditor::draw(unsigned columns) const {
    const unsigned room =
        std::max(columns, 2U) - 1;  // the last column stays free, or the cursor would be in the next row
    unsigned at = columns_of(prompt_);
    const bool with_prompt = at + 4 < room;
    if (!with_prompt) at = 0;
    const auto columns_from = [&](std::size_t from) {
        return columns_of(std::string_view(text_).substr(from, cursor_ - from));
    };
    std::size_t begin = 0;
    while (begin < cursor_ && at + columns_from(begin) > room) begin = behind(begin);
    // What combines with a character goes with it.
    while (begin > 0 && begin < cursor_ && columns_from(begin) == columns_from(behind(begin))) begin = behind(begin);
    std::size_t end = begin;
    unsigned used = at;
    while (end < text_.size()) {
        const unsigned width = pier::columns_of(first_code_point(std::string_view(text_).substr(end)).code);
        if (used + width > room) break;
        used += width;
        end = behind(end);
    }
    std::string out(1, '\r');
    if (with_prompt) out += prompt_;
    out.append(text_, begin, end - begin).append("\x1b[K\r");
    const unsigned cursor = at + columns_from(begin);
    if (cursor > 0) out.append("\x1b[").append(std::to_string(cursor)).append("C");
    return out;
}

}  // namespace pier
