#include <pier/transfer/sha256.hpp>

#include <mbedtls/sha256.h>
#include <mbedtls/version.h>

namespace pier::transfer {
namespace {

// From version 3 on the plain names give a status, as the names with _ret of version 2.28 do. It is always 0: only
// hardware of which Mbed TLS has no driver can fail.
#if MBEDTLS_VERSION_MAJOR >= 3
constexpr auto& starts = mbedtls_sha256_starts;
constexpr auto& update = mbedtls_sha256_update;
constexpr auto& finishes = mbedtls_sha256_finish;
#else
constexpr auto& starts = mbedtls_sha256_starts_ret;
constexpr auto& update = mbedtls_sha256_update_ret;
constexpr auto& finishes = mbedtls_sha256_finish_ret;
#endif

constexpr int not_the_224_bit_one = 0;

mbedtls_sha256_context* in(std::array<std::byte, 128>& place) noexcept {
    static_assert(sizeof(mbedtls_sha256_context) <= sizeof place);
    static_assert(alignof(mbedtls_sha256_context) <= alignof(std::uint64_t));
    return reinterpret_cast<mbedtls_sha256_context*>(place.data());
}

// 16: none.
unsigned value_of(char digit) noexcept {
    if (digit >= '0' && digit <= '9') return static_cast<unsigned>(digit - '0');
    if (digit >= 'a' && digit <= 'f') return static_cast<unsigned>(digit - 'a') + 10;
    return 16;
}

}  // namespace

std::string to_hex(const Sha256Digest& digest) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : digest) {
        text += digits[byte >> 4];
        text += digits[byte & 0xf];
    }
    return text;
}

std::optional<Sha256Digest> digest_from_hex(std::string_view text) noexcept {
    Sha256Digest digest{};
    if (text.size() != 2 * digest.size()) return std::nullopt;
    for (std::size_t i = 0; i < digest.size(); ++i) {
        const unsigned high = value_of(text[2 * i]);
        const unsigned low = value_of(text[2 * i + 1]);
        if (high > 15 || low > 15) return std::nullopt;
        digest[i] = static_cast<std::uint8_t>(high << 4 | low);
    }
    return digest;
}

Sha256::Sha256() noexcept { start_anew(); }

Sha256::~Sha256() { mbedtls_sha256_free(in(context_)); }

void Sha256::start_anew() noexcept {
    mbedtls_sha256_init(in(context_));
    (void)starts(in(context_), not_the_224_bit_one);
}

void Sha256::add(std::span<const std::byte> data) noexcept {
    (void)update(in(context_), reinterpret_cast<const unsigned char*>(data.data()), data.size());
}

Sha256Digest Sha256::finish() noexcept {
    Sha256Digest digest{};
    (void)finishes(in(context_), digest.data());
    return digest;
}

}  // namespace pier::transfer
