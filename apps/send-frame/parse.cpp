#include "parse.hpp"

#include "fields.hpp"

#include <algorithm>
#include <cctype>

namespace send_frame {
namespace {

std::unexpected<Mistake> mistake(std::size_t offset, std::string sentence) {
    return std::unexpected(Mistake{offset, std::move(sentence)});
}

// No layer has a name of these letters alone.
bool is_hexadecimal(std::string_view text) {
    constexpr std::string_view may_be = "0123456789abcdefABCDEF:-. \t\r\nxX";
    return text.find_first_not_of(may_be) == std::string_view::npos &&
           text.find_first_of("0123456789abcdefABCDEF") != std::string_view::npos;
}

// Without the offsets at the beginnings of lines, which become white space, so that places stay.
std::string without_offsets(std::string_view text) {
    std::string digits(text);
    for (std::size_t line = 0; line < digits.size();) {
        const std::size_t end = std::min(digits.find('\n', line), digits.size());
        const std::size_t first = std::min(digits.find_first_not_of(" \t", line), end);
        const std::size_t colon = digits.find(':', first);
        if (digits.compare(first, 2, "0x") == 0 && colon < end) {
            std::fill(digits.begin() + static_cast<std::ptrdiff_t>(first),
                      digits.begin() + static_cast<std::ptrdiff_t>(colon) + 1, ' ');
        }
        line = end + 1;
    }
    return digits;
}

OrMistake<std::vector<Description>> parse_digits(std::string_view text) {
    Raw raw;
    const Fault fault = read(without_offsets(text), raw.bytes);
    if (!fault.empty()) return mistake(0, "this " + fault);
    if (raw.bytes.empty()) return mistake(0, "no frame is described");
    std::vector<Description> frames(1);
    frames.front().layers.push_back(std::move(raw));
    return frames;
}

class Parser {
public:
    explicit Parser(std::string_view text) noexcept : scanner_(text) {}

    OrMistake<std::vector<Description>> run() {
        if (auto wrong = advance()) return std::unexpected(std::move(*wrong));
        std::vector<Description> frames;
        while (token_.kind != Token::Kind::end) {
            if (frames.size() == most_frames) return mistake(token_.offset, "these are too many frames");
            Description frame;
            if (auto wrong = read_frame(frame)) return std::unexpected(std::move(*wrong));
            frames.push_back(std::move(frame));
        }
        if (frames.empty()) return mistake(0, "no frame is described");
        return frames;
    }

private:
    using MaybeMistake = std::optional<Mistake>;

    static MaybeMistake wrong(std::size_t offset, std::string sentence) { return Mistake{offset, std::move(sentence)}; }

    MaybeMistake advance() {
        auto next = scanner_.next();
        if (!next) return std::move(next.error());
        token_ = std::move(*next);
        return std::nullopt;
    }

    // Up to the next frame.
    MaybeMistake read_frame(Description& frame) {
        for (;;) {
            if (frame.layers.size() == most_layers) return wrong(token_.offset, "these are too many layers");
            if (auto bad = read_layer(frame)) return bad;
            if (token_.kind == Token::Kind::end) return std::nullopt;
            const bool goes_on = token_.kind == Token::Kind::slash;
            if (auto bad = advance()) return bad;
            if (!goes_on) return std::nullopt;
        }
    }

    MaybeMistake read_layer(Description& frame) {
        if (token_.kind == Token::Kind::text) {
            frame.layers.emplace_back(Raw{});
            return read_fields(frame.layers.back(), "raw", false);
        }
        if (token_.kind != Token::Kind::word) {
            return wrong(token_.offset, "a layer is missing here; there are: " + layer_names());
        }
        const std::size_t offset = token_.offset;
        const std::string name = token_.text;
        const bool is_hex = name == "hex";
        auto layer = layer_of(is_hex || name == "text" ? "raw" : name);
        if (!layer || token_.value) {
            return wrong(offset, "there is no layer \"" + name + (token_.value ? "=" : "") +
                                     "\"; there are: " + layer_names() + ", hex and a text between quotes");
        }
        if (std::holds_alternative<Vlan>(*layer) && !may_have_tag(frame)) {
            return wrong(offset, "vlan stands behind eth, and behind at most " +
                                     std::to_string(pier::packet::most_vlan_tags - 1) + " others");
        }
        frame.layers.push_back(std::move(*layer));
        if (auto bad = advance()) return bad;
        return read_fields(frame.layers.back(), name, is_hex);
    }

    static bool may_have_tag(const Description& frame) {
        std::size_t tags = 0;
        for (auto each = frame.layers.rbegin(); each != frame.layers.rend(); ++each, ++tags) {
            if (std::holds_alternative<Eth>(*each)) return tags < pier::packet::most_vlan_tags;
            if (!std::holds_alternative<Vlan>(*each)) return false;
        }
        return false;
    }

    MaybeMistake read_fields(Layer& layer, const std::string& name, bool is_hex) {
        while (token_.kind == Token::Kind::word || token_.kind == Token::Kind::text) {
            const std::size_t offset = token_.offset;
            auto* raw = std::get_if<Raw>(&layer);
            Fault fault;
            if (token_.kind == Token::Kind::text) {
                if (raw == nullptr) return wrong(offset, "a text is a layer of its own; write \"/\" before it");
                fault = set_field(layer, "text", token_.text);
            } else if (is_hex && !token_.value) {
                fault = set_field(layer, "hex", token_.text);
            } else {
                fault = set_field(layer, token_.text, token_.value);
            }
            if (!fault.empty()) return wrong(offset, name + " " + fault);
            if (auto bad = advance()) return bad;
        }
        return std::nullopt;
    }

    Scanner scanner_;
    Token token_;
};

}  // namespace

OrMistake<std::vector<Description>> parse(std::string_view text) {
    return is_hexadecimal(text) ? parse_digits(text) : Parser(text).run();
}

}  // namespace send_frame
