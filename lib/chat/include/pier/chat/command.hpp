// What somebody types.
#pragma once

#include <string>
#include <string_view>
#include <variant>

namespace pier::chat {

struct SayLine {
    std::string text;
};
struct TellLine {
    std::string name;
    std::string text;
};
struct NickLine {
    std::string name;
};
struct WhoLine {};
struct HelpLine {};
struct QuitLine {};
struct EmptyLine {};
struct WrongLine {
    std::string sentence;  // what is wrong with it
};

using Line = std::variant<SayLine, TellLine, NickLine, WhoLine, HelpLine, QuitLine, EmptyLine, WrongLine>;

// A line that begins with "/" is a command; with "//", a text that begins with "/". Everything else is a text, which is
// cleaned; one of which nothing is left is empty. Throws std::bad_alloc.
[[nodiscard]] Line parse_line(std::string_view line);

// The answer to /help: lines, the last one without its end.
[[nodiscard]] std::string_view help() noexcept;

}  // namespace pier::chat
