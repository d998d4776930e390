// What is on its way to clients by one socket.
#pragma once

#include <pier/chat/packet.hpp>
#include <pier/endpoint.hpp>
#include <pier/sync/event.hpp>

#include <cstddef>
#include <deque>
#include <utility>

namespace chat_server {

// Of a UDP socket, or of a connection. Filled by the room, emptied by the task that sends. Confined to the loop.
class Outlet {
public:
    enum class Kind : bool { datagrams, stream };
    explicit Outlet(Kind kind) noexcept : kind_(kind) {}

    struct Item {
        pier::Endpoint to;
        pier::chat::Bytes packet;
    };

    // False: too much is on its way. Of datagrams this one is lost, as by a network; a client of a stream does not
    // read.
    bool put(const pier::Endpoint& to, pier::chat::Bytes packet) {
        if (closed_ || items_.size() >= most()) return false;
        items_.push_back({to, std::move(packet)});
        changed_.set();
        return true;
    }
    // Nothing more comes: when all is sent, the connection can end. Idempotent.
    void close() noexcept {
        closed_ = true;
        changed_.set();
    }

    [[nodiscard]] bool stream() const noexcept { return kind_ == Kind::stream; }
    [[nodiscard]] bool closed() const noexcept { return closed_; }
    [[nodiscard]] bool empty() const noexcept { return items_.empty(); }
    // Of one that is not empty.
    [[nodiscard]] Item take() {
        Item item = std::move(items_.front());
        items_.pop_front();
        return item;
    }
    // Set when something was put, or it was closed. Reset by who waits.
    [[nodiscard]] pier::Event& changed() noexcept { return changed_; }

private:
    // A window of messages for each of the most clients, and answers; a connection has one client.
    [[nodiscard]] std::size_t most() const noexcept { return stream() ? 256 : 16 * 1024; }

    const Kind kind_;
    std::deque<Item> items_;
    pier::Event changed_;
    bool closed_ = false;
};

}  // namespace chat_server
