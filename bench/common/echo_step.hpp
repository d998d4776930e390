// What every readiness server does with a ready socket: one receive and one send, and a backlog for what the peer does
// not take. The servers themselves differ only in how they learn of readiness.
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "net.hpp"

namespace bench {

inline constexpr std::size_t buffer_size = 64 * 1024;
using Buffer = std::array<char, buffer_size>;

// Output the peer hasn't taken yet. An idle connection pins no memory for it.
class Backlog {
public:
    bool empty() const { return begin_ == end_; }
    std::span<const char> unsent() const { return {bytes_.get() + begin_, end_ - begin_}; }

    void keep(std::span<const char> bytes) {
        bytes_ = std::make_unique_for_overwrite<char[]>(bytes.size());
        std::ranges::copy(bytes, bytes_.get());
        begin_ = 0;
        end_ = static_cast<std::uint32_t>(bytes.size());
    }

    void consume(std::size_t count) {
        begin_ += static_cast<std::uint32_t>(count);
        if (empty()) bytes_.reset();
    }

private:
    std::unique_ptr<char[]> bytes_;
    std::uint32_t begin_ = 0;
    std::uint32_t end_ = 0;
};

// What the connection waits for next. It is never input while output is pending, so a peer that does not read
// stops being read, and the end of its stream is seen only after its last byte went back.
enum class Next { receive, send, close };

inline Next on_readable(Socket socket, Backlog& backlog, std::span<char> buffer) {
    const std::ptrdiff_t got = receive(socket, buffer);
    if (got <= 0) return got < 0 && would_block(last_error()) ? Next::receive : Next::close;
    const auto bytes = std::span<const char>(buffer).first(static_cast<std::size_t>(got));
    std::ptrdiff_t sent = send(socket, bytes);
    if (sent == got) [[likely]]
        return Next::receive;
    if (sent < 0) {
        if (!would_block(last_error())) return Next::close;
        sent = 0;
    }
    backlog.keep(bytes.subspan(static_cast<std::size_t>(sent)));
    return Next::send;
}

inline Next on_writable(Socket socket, Backlog& backlog) {
    const std::ptrdiff_t sent = send(socket, backlog.unsent());
    if (sent < 0) return would_block(last_error()) ? Next::send : Next::close;
    backlog.consume(static_cast<std::size_t>(sent));
    return backlog.empty() ? Next::receive : Next::send;
}

}  // namespace bench
