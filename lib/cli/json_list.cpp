#include <pier/cli/json_list.hpp>

namespace pier {
namespace {

// Each line moved to the right.
std::string indented(std::string_view text, std::string_view space) {
    std::string result(space);
    for (const char c : text) {
        result += c;
        if (c == '\n') result += space;
    }
    return result;
}

}  // namespace

std::string JsonList::begin() {
    begun_ = true;
    std::string text("{\n  \"program\": \"");
    return text.append(program_).append("\",\n  \"").append(name_).append("\": [");
}

std::string JsonList::element(std::string_view json) {
    std::string text = begun_ ? "," : begin();
    return text.append("\n").append(indented(json, "    "));
}

std::string JsonList::end() {
    std::string text = begun_ ? "\n  " : begin();
    return text.append("]\n}\n");
}

}  // namespace pier
