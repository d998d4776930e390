#include "serve_clients.hpp"

#include <pier/chat/packet.hpp>
#include <pier/loop.hpp>
#include <pier/scope.hpp>
#include <pier/sleep.hpp>

#include <array>
#include <new>
#include <vector>

namespace chat_server {
namespace {

using namespace std::chrono_literals;

// At a request to stop, and for whoever is dismissed: how long the last packets may take.
constexpr pier::Duration last_words = 300ms;
// After a receive that failed for want of memory or buffers.
constexpr pier::Duration shortage_pause = 20ms;

pier::Time now() { return pier::this_loop().now(); }

bool passes(const pier::Error& error) noexcept {
    return error == pier::Errc::no_buffer_space || error == pier::Errc::not_enough_memory;
}

// Without memory a packet is lost, and the room is as it was before it, or has done a part: what is lost is sent again.
template <class Work>
bool survive_shortage(Work work) {
    try {
        work();
        return true;
    } catch (const std::bad_alloc&) {
        return false;
    }
}

pier::Task<void> keep_time(Room& room) {
    for (;;) {
        room.sooner().reset();
        auto told = co_await room.sooner().wait(pier::at(room.next()));
        if (!told && told.error() == pier::Errc::operation_canceled) co_return;
        if (told) continue;
        const bool done = survive_shortage([&] { room.tick(now()); });
        if (done) continue;
        auto slept = co_await pier::sleep(pier::after(shortage_pause));
        if (!slept) co_return;
    }
}

// What can't be sent to one client is lost, as by a network: it must not end the others.
pier::Task<void> send_queued(const pier::Datagram& socket, Outlet& outlet, pier::Deadline deadline) {
    while (!outlet.empty()) {
        const Outlet::Item item = outlet.take();
        auto sent = co_await socket.send_to(item.packet, item.to, deadline);
        if (!sent && sent.error() == pier::Errc::operation_canceled) co_return;
    }
}

pier::Task<void> send_datagrams(const pier::Datagram& socket, Outlet& outlet) {
    for (;;) {
        outlet.changed().reset();
        co_await send_queued(socket, outlet, {});
        auto told = co_await outlet.changed().wait();
        if (!told) co_return;
    }
}

pier::Task<pier::Result<void>> receive_datagrams(Room& room, const pier::Datagram& socket, Outlet& outlet) {
    std::array<std::byte, pier::chat::longest_packet + 1> buffer;
    for (;;) {
        auto got = co_await socket.receive(buffer);
        if (!got && !passes(got.error())) co_return std::unexpected(got.error());
        if (!got) {
            auto slept = co_await pier::sleep(pier::after(shortage_pause));
            if (!slept) co_return std::unexpected(slept.error());
            continue;
        }
        (void)survive_shortage([&] { room.take(outlet, got->from, std::span(buffer).first(got->size), now()); });
    }
}

// Each packet behind its length, in two bytes. Several go at once.
pier::Task<void> send_frames(pier::Stream& stream, Outlet& outlet, pier::Duration patience) {
    pier::chat::Bytes frames;
    while (!outlet.closed() || !outlet.empty()) {
        outlet.changed().reset();
        frames.clear();
        while (!outlet.empty() && frames.size() < 16 * 1024) {
            const Outlet::Item item = outlet.take();
            frames.push_back(static_cast<std::byte>(item.packet.size() >> 8));
            frames.push_back(static_cast<std::byte>(item.packet.size() & 0xff));
            frames.insert(frames.end(), item.packet.begin(), item.packet.end());
        }
        if (!frames.empty()) {
            // Who does not read for as long as others may be silent is silent, too.
            auto sent = co_await stream.send_all(frames, pier::after(patience));
            if (!sent) break;
            continue;
        }
        if (outlet.closed()) break;
        auto told = co_await outlet.changed().wait();
        if (!told) co_return;
    }
    outlet.close();
    // The client reads the end behind the last words, and ends its side.
    (void)stream.finish();
    (void)co_await pier::sleep(pier::after(last_words));
    stream.close();
}

pier::Task<pier::Result<void>> receive_frames(Room& room, const pier::Stream& stream, Outlet& outlet) {
    std::array<std::byte, 2> length;
    std::array<std::byte, pier::chat::longest_packet> packet;
    while (!outlet.closed()) {
        auto begun = co_await stream.receive_exactly(length, pier::after(room.timeout()));
        if (!begun) co_return std::unexpected(pier::Error(begun.error()));
        const auto size = std::to_integer<std::size_t>(length[0]) << 8 | std::to_integer<std::size_t>(length[1]);
        if (size > packet.size()) co_return pier::fail(pier::Errc::message_size);
        auto whole = co_await stream.receive_exactly(std::span(packet).first(size), pier::after(room.timeout()));
        if (!whole) co_return std::unexpected(pier::Error(whole.error()));
        (void)survive_shortage([&] { room.take(outlet, stream.peer(), std::span(packet).first(size), now()); });
    }
    co_return {};
}

}  // namespace

pier::Task<pier::Result<void>> serve_datagrams(Room& room, pier::Datagram socket) {
    Outlet outlet(Outlet::Kind::datagrams);
    // Where everybody speaks at once, with what they acknowledge. Best effort: the system has a limit.
    (void)socket.set(pier::Option::receive_buffer, 1 << 20);
    pier::TaskScope scope;
    scope.spawn(keep_time(room));
    scope.spawn(send_datagrams(socket, outlet));
    auto received = co_await receive_datagrams(room, socket, outlet);
    scope.cancel();
    (void)co_await scope.join();
    if (received.error() == pier::Errc::operation_canceled) room.close("the server ends");
    {
        const pier::Shield shield;
        co_await send_queued(socket, outlet, pier::after(last_words));
    }
    room.forget(outlet, "the server can't receive", now());
    co_return received;
}

pier::Task<pier::Result<void>> serve_stream(Room& room, pier::Stream stream) {
    Outlet outlet(Outlet::Kind::stream);
    pier::TaskScope scope;
    scope.spawn(send_frames(stream, outlet, room.timeout()));
    auto received = co_await receive_frames(room, stream, outlet);
    const bool ended = received || outlet.closed();
    if (!ended) {
        room.forget(outlet, received.error() == pier::Errc::timed_out ? "silent" : "the connection broke", now());
        outlet.close();
    }
    // The last words are still to be sent, unless there is nobody to read them.
    if (!ended) scope.cancel();
    (void)co_await scope.join();
    room.forget(outlet, "left", now());
    co_return {};
}

}  // namespace chat_server
