// A text of a user in a sentence.
#pragma once

#include <string>
#include <string_view>

namespace pier {

// The text between double quotes, as it is: say() escapes what a terminal would obey.
[[nodiscard]] inline std::string quoted(std::string_view text) {
    // Not "literal" + string: GCC 12 warns of it at -O3 (its bug 105651).
    std::string in_quotes(1, '"');
    in_quotes.append(text) += '"';
    return in_quotes;
}

}  // namespace pier
