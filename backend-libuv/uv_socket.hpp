// A libuv handle as a descriptor, and what libuv keeps of a connect or a send until its callback.
#pragma once

#include <pier/spi/descriptor.hpp>

#include <uv.h>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace pier::uv {

class UvEngine;
struct Outgoing;

struct Socket : spi::Descriptor {
    UvEngine* engine = nullptr;
    // Who waits. Null as soon as the operation has ended, which is earlier than its lane is free: a cancelled one ends
    // here, while libuv goes on with what it was given.
    spi::Operation* reader = nullptr;
    spi::Operation* writer = nullptr;
    Outgoing* outgoing = nullptr;  // the connect or send that libuv has
    Socket* next_dropped = nullptr;
    int backlog = 0;          // listeners: what listen() was told, because uv_listen() tells it again
    int ended_by = 0;         // the code that ended reading or listening: libuv says it once
    std::size_t at_once = 0;  // bytes whose receives were delivered inside of the wait `last_wait`
    std::uint32_t last_wait = 0;
    std::uint16_t held = 0;      // listeners: connections that libuv has accepted and nobody has asked for
    std::uint8_t unclaimed = 0;  // events in a row that found no reader
    bool reading = false;        // libuv was told to read
    bool spoiled = false;        // a send was cancelled, and libuv may still send its copy
    bool released = false;       // recycled when it is both released by its owner and closed by libuv
    bool closed = false;
    bool polled = false;  // a Unix-domain datagram socket of our own, which libuv only watches

    // Last: what the engine itself touches of each message stands beside the Descriptor then.
    union {
        uv_handle_t handle{};
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_udp_t udp;
        uv_poll_t poll;  // of a foreign socket, and of one that is polled
    };

    [[nodiscard]] static Socket& of(spi::Operation& op) noexcept { return static_cast<Socket&>(*op.descriptor); }
    // Every handle of the engine carries its socket.
    template <class Handle>
    [[nodiscard]] static Socket& of(const Handle* uv) noexcept {
        return *static_cast<Socket*>(uv->data);
    }
};

// Recycled by its engine. It holds a copy of what is sent: a cancelled send's buffer may go at once, and libuv can't
// take a request back.
struct Outgoing {
    union {
        uv_connect_t connect{};
        uv_write_t write;
        uv_udp_send_t datagram;
    };
    Socket* socket = nullptr;
    Outgoing* next = nullptr;
    std::unique_ptr<std::byte[]> data;
    std::size_t capacity = 0;
    std::size_t size = 0;
    bool retracted = false;  // the system was asked to give it back
};

}  // namespace pier::uv
