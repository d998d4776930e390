// Assertions that stay on in every build: they guard rules whose breach would let the kernel write into freed memory.
#pragma once

#include <source_location>

namespace pier::spi {

// Prints the sentence and where it was broken to stderr, then aborts.
[[noreturn]] void assertion_failed(const char* sentence,
                                   std::source_location where = std::source_location::current()) noexcept;

// Called with the sentence when it has been printed, before the abort; it may stay where it is, so that a tool can
// report and end. Any thread; null is none.
void on_assertion_failed(void (*handler)(const char* sentence) noexcept) noexcept;

inline void require(bool holds, const char* sentence,
                    std::source_location where = std::source_location::current()) noexcept {
    if (!holds) [[unlikely]]
        assertion_failed(sentence, where);
}

}  // namespace pier::spi
