// Small questions about an operation that several parts of the loop ask.
#pragma once

#include <pier/spi/operation.hpp>
#include <pier/spi/piece.hpp>

#include <algorithm>
#include <cstddef>

namespace pier {

inline constexpr Error canceled{Errc::operation_canceled, 0};
inline constexpr Error not_a_socket{Errc::not_a_socket, 0};

// By a scope, a close or its deadline.
inline bool asked_to_end(const spi::Operation& op) noexcept {
    return op.has(spi::Operation::cancel_requested) || op.has(spi::Operation::deadline_passed);
}

// The bytes it wants to move: what is submitted at once.
inline std::size_t size_of(const spi::Operation& op) noexcept {
    if (!op.has(spi::Operation::vectored) || op.verb == spi::Verb::send_file) return op.length;
    std::size_t sum = 0;
    for (std::uint32_t i = 0; i < op.length; ++i) sum += spi::piece_of(op, i).size;
    return std::min<std::size_t>(sum, spi::largest_submission);
}

inline bool is_stream_transfer(const spi::Operation& op) noexcept {
    return op.verb == spi::Verb::receive || op.verb == spi::Verb::send || op.verb == spi::Verb::send_file;
}

}  // namespace pier
