#include "process/command_line.hpp"

#include <cstddef>

namespace pier::win32 {
namespace {

bool separates(wchar_t c) noexcept { return c == L' ' || c == L'\t'; }

// The program's name obeys a rule of its own: a backslash is an ordinary character in it, and quotes only hide spaces.
std::wstring program_name(std::wstring_view& rest) {
    std::wstring name;
    bool quoted = false;
    std::size_t at = 0;
    for (; at < rest.size() && (quoted || !separates(rest[at])); ++at) {
        if (rest[at] == L'"') {
            quoted = !quoted;
        } else {
            name += rest[at];
        }
    }
    rest.remove_prefix(at);
    return name;
}

// `rest` begins with an argument.
std::wstring argument(std::wstring_view& rest) {
    std::wstring text;
    bool quoted = false;
    std::size_t at = 0;
    while (at < rest.size() && (quoted || !separates(rest[at]))) {
        std::size_t backslashes = 0;
        while (at < rest.size() && rest[at] == L'\\') {
            ++backslashes;
            ++at;
        }
        const bool quote = at < rest.size() && rest[at] == L'"';
        // Before a quote, two of them are one, and one that is left over makes the quote an ordinary character.
        text.append(quote ? backslashes / 2 : backslashes, L'\\');
        if (!quote) {
            // After backslashes the loop decides anew: a separator may follow.
            if (backslashes == 0) text += rest[at++];
            continue;
        }
        ++at;
        if (backslashes % 2 != 0) {
            text += L'"';
        } else if (quoted && at < rest.size() && rest[at] == L'"') {
            text += L'"';  // two quotes inside of quotes are one, and don't end them
            ++at;
        } else {
            quoted = !quoted;
        }
    }
    rest.remove_prefix(at);
    return text;
}

}  // namespace

std::vector<std::wstring> split_command_line(std::wstring_view line) {
    std::vector<std::wstring> arguments{program_name(line)};
    for (;;) {
        while (!line.empty() && separates(line.front())) line.remove_prefix(1);
        if (line.empty()) return arguments;
        arguments.push_back(argument(line));
    }
}

void append_argument(std::wstring& line, std::wstring_view argument) {
    line += L" \"";
    std::size_t backslashes = 0;
    for (const wchar_t c : argument) {
        if (c == L'"') line.append(backslashes + 1, L'\\');
        backslashes = c == L'\\' ? backslashes + 1 : 0;
        line += c;
    }
    line.append(backslashes, L'\\');
    line += L'"';
}

}  // namespace pier::win32
