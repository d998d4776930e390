// Bytes to send and ways to compare what arrived.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace contract {

[[nodiscard]] inline std::span<const std::byte> bytes_of(std::string_view text) noexcept {
    return std::as_bytes(std::span(text.data(), text.size()));
}

[[nodiscard]] inline std::string_view text_of(std::span<const std::byte> bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// A stream of bytes that repeats after no power of two, so that a lost or doubled block shows.
class Pattern {
public:
    explicit Pattern(std::uint32_t seed = 1) noexcept : state_(seed * 2654435761U | 1U) {}
    std::byte next() noexcept {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 17;
        state_ ^= state_ << 5;
        return static_cast<std::byte>(state_ >> 24);
    }

private:
    std::uint32_t state_;
};

[[nodiscard]] inline std::vector<std::byte> pattern(std::size_t size, std::uint32_t seed = 1) {
    Pattern source(seed);
    std::vector<std::byte> bytes(size);
    for (std::byte& byte : bytes) byte = source.next();
    return bytes;
}

// FNV-1a, piece by piece.
class Checksum {
public:
    void add(std::span<const std::byte> bytes) noexcept {
        for (std::byte byte : bytes) value_ = (value_ ^ static_cast<std::uint64_t>(byte)) * 0x100000001b3U;
        size_ += bytes.size();
    }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    friend bool operator==(const Checksum&, const Checksum&) noexcept = default;

private:
    std::uint64_t value_ = 0xcbf29ce484222325U;
    std::size_t size_ = 0;
};

[[nodiscard]] inline Checksum checksum(std::span<const std::byte> bytes) noexcept {
    Checksum sum;
    sum.add(bytes);
    return sum;
}

}  // namespace contract
