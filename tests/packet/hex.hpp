// Bytes as they are written in documents.
#pragma once

#include <pier/packet/bytes.hpp>

#include <string_view>
#include <vector>

// Of hexadecimal digits; what is none is left out.
inline std::vector<std::byte> hex(std::string_view text) {
    std::vector<std::byte> bytes;
    unsigned value = 0;
    bool half = false;
    for (const char c : text) {
        unsigned digit = 16;
        if (c >= '0' && c <= '9') digit = static_cast<unsigned>(c - '0');
        if (c >= 'a' && c <= 'f') digit = static_cast<unsigned>(c - 'a') + 10;
        if (digit == 16) continue;
        value = value << 4 | digit;
        if (half) bytes.push_back(static_cast<std::byte>(value & 0xff));
        half = !half;
    }
    return bytes;
}

inline bool is_same(pier::packet::Bytes a, pier::packet::Bytes b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (a[i] != b[i]) return false;
    }
    return true;
}
