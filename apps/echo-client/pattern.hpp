// The bytes of a connection: known at every position, so that lost, repeated and crossed ones are seen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace echo_client {

class Pattern {
public:
    // Without a text: bytes that look random and differ from connection to connection. With one: the text, over and
    // over.
    Pattern(std::uint64_t connection, const std::string& text) noexcept : connection_(connection), text_(text) {}

    // The bytes that begin at `position` of the connection's stream.
    void fill(std::span<std::byte> into, std::uint64_t position) const noexcept;

    struct Difference {
        std::uint64_t position;
        std::byte expected;
        std::byte received;
    };
    // The first byte that is not what fill() makes.
    [[nodiscard]] std::optional<Difference> compare(std::span<const std::byte> bytes,
                                                    std::uint64_t position) const noexcept;

private:
    [[nodiscard]] std::uint64_t word(std::uint64_t index) const noexcept;

    std::uint64_t connection_;
    const std::string& text_;
};

// "0x1f": a byte of it, for people.
[[nodiscard]] std::string hex(std::byte value);

}  // namespace echo_client
