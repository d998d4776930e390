#include <pier/chat/command.hpp>

#include <pier/chat/name.hpp>
#include <pier/chat/text.hpp>

#include <utility>

namespace pier::chat {
namespace {

std::string_view without_blanks(std::string_view text) noexcept {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

// The first word, and what is behind it.
std::pair<std::string_view, std::string_view> split(std::string_view text) noexcept {
    text = without_blanks(text);
    const std::size_t end = text.find(' ');
    if (end == std::string_view::npos) return {text, {}};
    return {text.substr(0, end), without_blanks(text.substr(end))};
}

Line wrong(std::string sentence) { return WrongLine{std::move(sentence)}; }

Line no_name(std::string_view name) {
    std::string sentence(1, '"');
    return wrong(sentence.append(name).append("\" is no name here: ").append(name_rule));
}

Line tell(std::string_view rest) {
    const auto [name, text] = split(rest);
    if (name.empty() || text.empty()) return wrong("/msg wants a name and a text: /msg NAME TEXT");
    if (!is_name(name)) return no_name(name);
    return TellLine{std::string(name), std::string(text)};
}

Line nick(std::string_view rest) {
    const auto [name, more] = split(rest);
    if (name.empty() || !more.empty()) return wrong("/nick wants a name: /nick NAME");
    if (!is_name(name)) return no_name(name);
    return NickLine{std::string(name)};
}

}  // namespace

Line parse_line(std::string_view line) {
    const bool too_long = line.size() > longest_line;
    const std::string text = clean(line);
    if (without_blanks(text).empty()) return EmptyLine{};
    if (too_long) return wrong("a line has at most " + std::to_string(longest_line) + " bytes; it was not sent");
    if (!text.starts_with('/')) return SayLine{text};
    if (text.starts_with("//")) return SayLine{text.substr(1)};
    const auto [command, rest] = split(text);
    if (command == "/msg") return tell(rest);
    if (command == "/nick") return nick(rest);
    const bool alone = rest.empty();
    if (command == "/who" && alone) return WhoLine{};
    if (command == "/help" && alone) return HelpLine{};
    if (command == "/quit" && alone) return QuitLine{};
    if (command == "/who" || command == "/help" || command == "/quit") {
        return wrong(std::string(command) + " stands alone");
    }
    return wrong("there is no command " + std::string(command) + "; see /help");
}

std::string_view help() noexcept {
    return "/who             who is here\n"
           "/msg NAME TEXT   a text for one person alone\n"
           "/nick NAME       another name for you: 1 to 20 letters A-Z, digits, - and _\n"
           "/quit            leave\n"
           "/help            this\n"
           "//text           a line that begins with a /";
}

}  // namespace pier::chat
