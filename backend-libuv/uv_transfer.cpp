// What lies between operations and libuv, whatever the kind of socket.
#include "uv_error.hpp"
#include "uv_verbs.hpp"

#include <pier/spi/piece.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace pier::uv {

void offer_buffer(uv_handle_t* handle, std::size_t, uv_buf_t* buffer) {
    Socket& socket = Socket::of(handle);
    *buffer = uv_buf_init(nullptr, 0);
    if (socket.reader == nullptr) return;
    spi::Operation& op = *socket.reader;
    if (op.has(spi::Operation::lend) && op.buffer == nullptr) {
        op.buffer = socket.engine->chunks().borrow();
        op.length = op.buffer != nullptr ? spi::ChunkPool::chunk_size : 0;
    }
    if (!op.has(spi::Operation::vectored)) {
        *buffer = uv_buf_init(reinterpret_cast<char*>(op.buffer), op.length);
        return;
    }
    // Libuv takes one buffer: the rest stays empty, which makes the receive a short one.
    for (std::uint32_t i = 0; i < op.length; ++i) {
        const Buffer piece = spi::piece_of(op, i);
        if (piece.size == 0) continue;
        auto size = std::min<std::size_t>(piece.size, spi::largest_submission);
        *buffer = uv_buf_init(reinterpret_cast<char*>(piece.data), static_cast<unsigned>(size));
        return;
    }
}

Pieces::Pieces(const spi::Operation& op, std::size_t limit) noexcept {
    auto add = [this, limit](std::byte* data, std::size_t size) {
        size = std::min(size, limit - total);
        if (size == 0) return;
        buffers[count++] = uv_buf_init(reinterpret_cast<char*>(data), static_cast<unsigned>(size));
        total += size;
    };
    if (!op.has(spi::Operation::vectored)) {
        add(op.buffer, op.length);
        return;
    }
    std::uint32_t number = std::min(op.length, spi::most_buffers);
    for (std::uint32_t i = 0; i < number; ++i) {
        const Buffer piece = spi::piece_of(op, i);
        add(piece.data, piece.size);
    }
}

void Pieces::copy(std::byte* into, std::size_t size) const noexcept {
    for (unsigned i = 0; i < count && size > 0; ++i) {
        auto part = std::min<std::size_t>(buffers[i].len, size);
        std::memcpy(into, buffers[i].base, part);
        into += part;
        size -= part;
    }
}

void end_outgoing(Outgoing& outgoing, int status) noexcept {
    Socket& socket = *outgoing.socket;
    std::size_t size = outgoing.size;
    socket.engine->give_back(outgoing);
    // After a cancel another send may have followed: only the last one's operation waits.
    if (socket.outgoing != &outgoing) return;
    socket.outgoing = nullptr;
    if (socket.writer == nullptr) return;
    spi::Operation& op = *std::exchange(socket.writer, nullptr);
    socket.engine->end(op, status == 0 ? Error{} : error_of(status), status == 0 ? size : 0);
}

Asking unclaimed(Socket& socket) noexcept { return ++socket.unclaimed > 1 ? Asking::stops : Asking::goes_on; }

}  // namespace pier::uv
