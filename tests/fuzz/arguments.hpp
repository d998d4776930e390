// What each fuzzer's main() does.
#pragma once

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <string_view>
#include <system_error>

namespace fuzz {

// Reads [--count N] [--seed N] and calls `run` with them, which returns whether all was right. The exit status: 2 for
// other arguments, which it tells on standard error.
inline int main_of(std::string_view program, int argc, char** argv, bool (*run)(std::uint64_t, std::uint64_t)) {
    std::uint64_t count = 100'000;
    std::uint64_t seed = 1;
    const auto take_number = [](std::string_view text, std::uint64_t& number) {
        const char* const behind = text.data() + text.size();
        const auto [end, failure] = std::from_chars(text.data(), behind, number);
        return failure == std::errc{} && end == behind;
    };
    for (int i = 1; i < argc; i += 2) {
        const std::string_view name = argv[i];
        const bool known = name == "--count" || name == "--seed";
        if (!known || i + 1 == argc || !take_number(argv[i + 1], name == "--count" ? count : seed)) {
            std::fprintf(stderr, "usage: %.*s [--count N] [--seed N]\n", static_cast<int>(program.size()),
                         program.data());
            return 2;
        }
    }
    return run(count, seed) ? 0 : 1;
}

}  // namespace fuzz
