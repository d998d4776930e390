// Colours of a terminal. They never stand alone: what has one has a sign or a word, too.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pier {

enum class Colour : std::uint8_t { none, strong, faint, red, green, magenta, cyan };

class Painter {
public:
    explicit Painter(bool colours) noexcept : colours_(colours) {}

    [[nodiscard]] std::string operator()(Colour colour, std::string text) const {
        if (!colours_ || colour == Colour::none || text.empty()) return text;
        return std::string(code(colour)) + std::move(text) + "\x1b[0m";
    }

private:
    static constexpr std::string_view code(Colour colour) noexcept {
        switch (colour) {
            case Colour::strong:
                return "\x1b[1m";
            case Colour::faint:
                return "\x1b[2m";
            case Colour::red:
                return "\x1b[1;31m";
            case Colour::green:
                return "\x1b[32m";
            case Colour::magenta:
                return "\x1b[35m";
            case Colour::cyan:
                return "\x1b[36m";
            case Colour::none:
                break;
        }
        return "";
    }

    bool colours_;
};

}  // namespace pier
