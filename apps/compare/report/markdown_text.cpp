#include "report/markdown_text.hpp"

namespace compare {

std::string escaped(std::string_view text) {
    std::string safe;
    for (char c : text) {
        if (c == '<') {
            safe += "&lt;";
        } else if (c == '&') {
            safe += "&amp;";
        } else {
            if (std::string_view("\\`*_[]|#~>").find(c) != std::string_view::npos) safe += '\\';
            safe += c;
        }
    }
    return safe;
}

void heading(std::string& text, const char* level, std::string_view title) {
    text += (text.empty() ? "" : "\n") + std::string(level) + " " + escaped(title) + "\n\n";
}

}  // namespace compare
