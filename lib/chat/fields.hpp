// Numbers and texts in bytes.
#pragma once

#include <pier/address/number_bytes.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pier::chat {

class Writer {
public:
    explicit Writer(std::size_t room) { bytes_.reserve(room); }

    template <class T>
    void number(T value) {
        bytes_.resize(bytes_.size() + sizeof(T));
        put_number(std::span(bytes_).last(sizeof(T)), value);
    }
    // Without its length.
    void text(std::string_view text) {
        for (char c : text) bytes_.push_back(static_cast<std::byte>(c));
    }
    // Behind its length in one byte.
    void short_text(std::string_view words) {
        words = words.substr(0, 255);
        number(static_cast<std::uint8_t>(words.size()));
        text(words);
    }
    void zeros_up_to(std::size_t size) {
        if (bytes_.size() < size) bytes_.resize(size);
    }
    [[nodiscard]] std::vector<std::byte> take() { return std::move(bytes_); }

private:
    std::vector<std::byte> bytes_;
};

// Reads from the front. What goes beyond the end gives zeros, and failed() tells.
class Reader {
public:
    explicit Reader(std::span<const std::byte> bytes) noexcept : bytes_(bytes) {}

    template <class T>
    [[nodiscard]] T number() noexcept {
        if (!has(sizeof(T))) return T{};
        const T value = get_number<T>(bytes_);
        bytes_ = bytes_.subspan(sizeof(T));
        return value;
    }
    [[nodiscard]] std::string short_text() {
        const auto size = number<std::uint8_t>();
        if (!has(size)) return {};
        std::string text(reinterpret_cast<const char*>(bytes_.data()), size);
        bytes_ = bytes_.subspan(size);
        return text;
    }
    [[nodiscard]] std::string rest() {
        std::string text(reinterpret_cast<const char*>(bytes_.data()), bytes_.size());
        bytes_ = {};
        return text;
    }
    [[nodiscard]] bool rest_is_zero() noexcept {
        for (std::byte byte : bytes_) failed_ = failed_ || byte != std::byte{};
        bytes_ = {};
        return !failed_;
    }
    // Read to the end, and not beyond it.
    [[nodiscard]] bool ended() const noexcept { return !failed_ && bytes_.empty(); }
    [[nodiscard]] bool failed() const noexcept { return failed_; }

private:
    bool has(std::size_t size) noexcept {
        if (bytes_.size() < size) {
            failed_ = true;
            bytes_ = {};
        }
        return !failed_;
    }

    std::span<const std::byte> bytes_;
    bool failed_ = false;
};

}  // namespace pier::chat
