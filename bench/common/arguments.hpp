// The servers' command line: PORT and at most one word that chooses a variant.
#pragma once
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string_view>

namespace bench {

template <class Number>
std::optional<Number> parse(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

// The PORT argument; ends the program with the usage if it is missing, wrong, or followed by more than `extra` words.
inline std::uint16_t port_argument(int argc, char** argv, const char* usage, int extra = 0) {
    if (argc >= 2 && argc <= 2 + extra) {
        const auto port = parse<std::uint16_t>(argv[1]);
        if (port && *port != 0) return *port;
    }
    std::fprintf(stderr, "usage: %s\n", usage);
    std::exit(1);
}

// The word after PORT, if there is one.
inline std::string_view variant_argument(int argc, char** argv, std::string_view otherwise) {
    return argc > 2 ? std::string_view(argv[2]) : otherwise;
}

[[noreturn]] inline void bad_usage(const char* usage) {
    std::fprintf(stderr, "usage: %s\n", usage);
    std::exit(1);
}

}  // namespace bench
