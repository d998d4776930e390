// SHA-256 (FIPS 180-4), piece by piece.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace pier::transfer {

using Sha256Digest = std::array<std::uint8_t, 32>;

// 64 digits, small letters.
[[nodiscard]] std::string to_hex(const Sha256Digest& digest);
// Nothing of what to_hex() does not write.
[[nodiscard]] std::optional<Sha256Digest> digest_from_hex(std::string_view text) noexcept;

// Mbed TLS's, in place. Any thread, one at a time.
class Sha256 {
public:
    Sha256() noexcept;
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;
    ~Sha256();

    void add(std::span<const std::byte> data) noexcept;
    // Of all that was added. Once; then start_anew().
    [[nodiscard]] Sha256Digest finish() noexcept;
    void start_anew() noexcept;

private:
    alignas(std::uint64_t) std::array<std::byte, 128> context_{};
};

}  // namespace pier::transfer
