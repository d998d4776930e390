#include <pier/address/text_error.hpp>

namespace pier {
namespace {

// Of a text that may be as long as somebody likes.
constexpr std::size_t longest_quote = 64;

}  // namespace

std::unexpected<TextError> text_error(std::string_view text, std::size_t offset, std::string_view what) {
    std::string sentence(text.empty() ? std::string_view("\"\"") : text.substr(0, longest_quote));
    if (text.size() > longest_quote) sentence.append("...");
    sentence.append(": ").append(what);
    return std::unexpected(TextError{offset, std::move(sentence)});
}

}  // namespace pier
