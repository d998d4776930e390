#include "pattern.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

namespace ipc {
namespace {

// SplitMix64 (Steele, Lea and Flood, 2014).
std::uint64_t word(std::uint64_t index) noexcept {
    std::uint64_t x = (index + 1) * 0x9e3779b97f4a7c15U;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31);
}

}  // namespace

// Once around and a message more, so that each message is in one piece.
const std::byte* Place::pattern() noexcept {
    // It stays for ever: when an interrupt ends the program, worker threads may still send of it.
    static const std::vector<std::byte>& all = *[] {
        auto* bytes = new std::vector<std::byte>(period + largest_message);
        for (std::size_t i = 0; i < bytes->size(); ++i) {
            const std::size_t place = i % period;
            (*bytes)[i] = static_cast<std::byte>(word(place / 8) >> (8 * (place % 8)) & 0xff);
        }
        return bytes;
    }();
    return all.data();
}

std::span<const std::byte> Place::bytes(std::size_t size) const noexcept {
    return {pattern() + at_, std::min(size, largest_message)};
}

bool Place::is_next(std::span<const std::byte> bytes) const noexcept {
    return bytes.size() <= largest_message && std::memcmp(bytes.data(), pattern() + at_, bytes.size()) == 0;
}

std::unexpected<Fault> Place::difference(std::span<const std::byte> bytes) const {
    const auto [theirs, ours] = std::ranges::mismatch(bytes, this->bytes(bytes.size()));
    if (theirs == bytes.end()) return fault("more bytes than a message has have come");
    std::string sentence("wrong data: byte ");
    sentence.append(std::to_string(passed_ + static_cast<std::uint64_t>(theirs - bytes.begin())));
    sentence.append(" is ").append(std::to_string(std::to_integer<int>(*theirs)));
    sentence.append(" instead of ").append(std::to_string(std::to_integer<int>(*ours)));
    return fault(std::move(sentence));
}

std::unexpected<Fault> ended() { return fault("receiving: the other process has ended the stream"); }

std::unexpected<Fault> wrong_size(std::size_t got, std::size_t wanted) {
    std::string sentence("wrong data: a message has ");
    sentence.append(std::to_string(got)).append(" bytes instead of ").append(std::to_string(wanted));
    return fault(std::move(sentence));
}

}  // namespace ipc
