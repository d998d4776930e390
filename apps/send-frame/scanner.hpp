// The words of a description. No I/O; any thread.
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace send_frame {

// What is wrong with a text, and where: a byte of it, and a sentence without the place.
struct Mistake {
    std::size_t offset = 0;
    std::string sentence;
};

template <class T>
using OrMistake = std::expected<T, Mistake>;

struct Token {
    enum class Kind : std::uint8_t {
        word,   // "ttl=3", "df", "ip": up to white space, '/', ';' or '"'
        text,   // between quotes: what it stands for
        slash,  // between two layers
        semi,   // between two frames
        end,
    };
    Kind kind = Kind::end;
    std::string text;                  // of a word the part before '='
    std::optional<std::string> value;  // of a word the part behind '=', which may be quoted
    std::size_t offset = 0;
};

// Borrows the text. '#' begins a comment, up to the end of the line.
class Scanner {
public:
    explicit Scanner(std::string_view text) noexcept : text_(text) {}

    // Again and again the end, behind the last one.
    [[nodiscard]] OrMistake<Token> next();

private:
    void pass_space() noexcept;
    [[nodiscard]] OrMistake<std::string> take_quoted();
    // An escape behind its backslash: \n \r \t \0 \\ \" \xHH.
    [[nodiscard]] OrMistake<char> take_escape();
    [[nodiscard]] bool at_end() const noexcept { return place_ >= text_.size(); }

    std::string_view text_;
    std::size_t place_ = 0;
};

// "line 2, column 5", or "column 5" of a text of one line: from 1 on, in bytes.
[[nodiscard]] std::string place_of(std::string_view text, std::size_t offset);

}  // namespace send_frame
