// What is found of one word, as it is printed.
#pragma once

#include "options.hpp"
#include "words.hpp"

#include <pier/task.hpp>

#include <optional>
#include <string>

namespace lookup {

inline constexpr int not_found_status = 1;
inline constexpr int wrong_word_status = 2;

struct Answer {
    std::string text;       // lines, or JSON without an end of line
    std::string complaint;  // empty where all was found
    int status = 0;
};

// Nothing when the task was cancelled.
[[nodiscard]] pier::Task<std::optional<Answer>> answer(const Options& options, Word word);

}  // namespace lookup
