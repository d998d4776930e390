// What a protocol needs of a connection: bytes in order, both ways. Stream is one; TLS and pipes are others.
#pragma once

#include <pier/detail/awaitable.hpp>
#include <pier/result.hpp>
#include <pier/task.hpp>
#include <pier/time.hpp>

#include <concepts>
#include <cstddef>
#include <span>

namespace pier {

namespace spi {

template <class A, class T>
concept Gives = std::same_as<std::remove_cvref_t<A>, T> ||(Awaitable<A>&& std::same_as<Awaited<A>, T>);

}  // namespace spi

// With the meaning that they have for Stream: receive() gives some bytes, 0 at the end; send_all() sends all or fails;
// finish() ends the sending direction, at once or after a wait; close() ends both. Confined to one loop's thread; one
// receive and one send at a time.
template <class S>
concept byte_stream = requires(S& stream, std::span<std::byte> into, std::span<const std::byte> data,
                               Deadline deadline) {
    { stream.receive(into, deadline) } -> spi::Gives<Result<std::size_t>>;
    { stream.send_all(data, deadline) } -> spi::Gives<Result<void>>;
    { stream.finish() } -> spi::Gives<Result<void>>;
    stream.close();
};

// finish() of any of them, to be awaited: `co_await finish(stream)`.
template <byte_stream S>
[[nodiscard]] Task<Result<void>> finish(S& stream) {
    if constexpr (spi::Awaitable<decltype(stream.finish())>) {
        co_return co_await stream.finish();
    } else {
        co_return stream.finish();
    }
}

}  // namespace pier
