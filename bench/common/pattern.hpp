// The bytes that a connection sends: periodic with a prime period, shifted per connection, so that lost, repeated,
// reordered and crossed bytes are all seen.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace bench {

class Pattern {
public:
    // `longest` bounds the length of a view.
    explicit Pattern(std::size_t longest) : longest_(longest), bytes_(longest + period) {
        for (std::size_t i = 0; i < bytes_.size(); ++i) bytes_[i] = static_cast<char>((i % period) * 167 % 253 + 1);
    }

    static std::uint32_t phase_of(std::size_t connection) {
        return static_cast<std::uint32_t>(connection * 7 % period);
    }

    // What stands at `offset` of a connection's stream.
    std::span<const char> at(std::uint32_t phase, std::uint64_t offset, std::uint64_t count) const {
        const std::size_t length = count < longest_ ? static_cast<std::size_t>(count) : longest_;
        return std::span(bytes_).subspan(static_cast<std::size_t>((offset + phase) % period), length);
    }

    bool matches(std::uint32_t phase, std::uint64_t offset, std::span<const char> received) const {
        return std::memcmp(at(phase, offset, received.size()).data(), received.data(), received.size()) == 0;
    }

private:
    static constexpr std::size_t period = 251;

    std::size_t longest_;
    std::vector<char> bytes_;
};

}  // namespace bench
