// Neutral handles of sockets, and a connection between accept and attach.
#pragma once

#include <pier/endpoint.hpp>
#include <pier/spi/socket_file.hpp>

#include <cstdint>
#include <memory>
#include <utility>

namespace pier::spi {

// A file descriptor, or a SOCKET: as wide as either. Never cast one to int outside the POSIX backend.
enum class NativeSocket : std::uintptr_t {};
inline constexpr NativeSocket no_socket = NativeSocket{~std::uintptr_t{0}};

// A pipe is no socket, but the loop and the engines treat it as a stream whose number the system reads and writes.
enum class SocketKind : std::uint8_t { stream, pipe, listener, datagram, foreign };
// Bytes in order: at most one operation a direction, and an end that stays the end.
[[nodiscard]] constexpr bool is_byte_stream(SocketKind kind) noexcept { return kind <= SocketKind::pipe; }

// What an engine has to know of a listener.
struct Listening {
    int backlog = 0;           // for an engine whose library calls listen() itself, a second time
    bool accept_ahead = true;  // as ListenerOptions::accept_ahead
};

// A connection that an engine accepted (or a socket that was just opened) and that no loop has attached yet. Move-only;
// closes what it owns. Without `handle` it is a plain socket, which any loop may attach; with one it belongs to the
// engine that made it and may cross loops only where EngineTraits say so.
class Accepted {
public:
    Accepted() = default;
    explicit Accepted(NativeSocket socket, const Endpoint& peer = {}) noexcept : peer_(peer), socket_(socket) {}
    // `drop` is called with the handle when nobody attaches it.
    Accepted(void* handle, void (*drop)(void*) noexcept, const Endpoint& peer) noexcept
        : peer_(peer), handle_(handle), drop_(drop) {}
    Accepted(Accepted&& other) noexcept { swap(other); }
    Accepted& operator=(Accepted&& other) noexcept {
        Accepted(std::move(other)).swap(*this);
        return *this;
    }
    ~Accepted();

    [[nodiscard]] bool valid() const noexcept { return socket_ != no_socket || handle_ != nullptr; }
    [[nodiscard]] const Endpoint& peer() const noexcept { return peer_; }
    void set_peer(const Endpoint& peer) noexcept { peer_ = peer; }
    // Of a listener that was just opened.
    [[nodiscard]] Listening listening() const noexcept { return listening_; }
    void set_listening(Listening listening) noexcept { listening_ = listening; }
    // Of a Unix-domain socket that was just bound: goes with it, or with the handle that takes it over.
    void set_file(std::unique_ptr<SocketFile> file) noexcept { file_ = std::move(file); }
    [[nodiscard]] std::unique_ptr<SocketFile> take_file() noexcept { return std::move(file_); }
    [[nodiscard]] NativeSocket socket() const noexcept { return socket_; }
    [[nodiscard]] void* handle() const noexcept { return handle_; }
    // The engine takes over; this object is empty afterwards.
    NativeSocket take_socket() noexcept { return std::exchange(socket_, no_socket); }
    void* take_handle() noexcept { return std::exchange(handle_, nullptr); }

private:
    void swap(Accepted& other) noexcept {
        std::swap(peer_, other.peer_);
        std::swap(listening_, other.listening_);
        std::swap(socket_, other.socket_);
        std::swap(handle_, other.handle_);
        std::swap(drop_, other.drop_);
        std::swap(file_, other.file_);
    }

    Endpoint peer_{};
    Listening listening_{};
    NativeSocket socket_ = no_socket;
    void* handle_ = nullptr;
    void (*drop_)(void*) noexcept = nullptr;
    std::unique_ptr<SocketFile> file_;
};

}  // namespace pier::spi
