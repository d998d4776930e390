// One per socket, pooled by its engine and pinned: the kernel and the operations in flight point at it. It outlives the
// coroutine frames that use it.
#pragma once

#include <pier/endpoint.hpp>
#include <pier/spi/operation.hpp>
#include <pier/spi/socket.hpp>

#include <cstdint>

namespace pier::spi {

struct Waiting;

// The loop's side of one direction. Streams have at most one operation in it; on other sockets more of them may stand
// in Descriptor::waiting, and only the first is known to the engine. Completion engines derive their descriptor and
// keep the kernel's record of each direction (an OVERLAPPED, a uv request) there.
struct Lane {
    Operation* first = nullptr;
    bool drained = false;   // trying now would only be told "would block": wait for the engine's word first
    bool ended = false;     // read: the end of the stream was seen; write: finish() was called
    bool poisoned = false;  // a send or receive_exactly was cancelled half-way, what follows would be out of step
    bool failed = false;    // read: it ended by Descriptor::failure, not by the peer's finish
    bool settled = false;   // ended, poisoned or failed: the loop knows the answer without asking the system

    // A pipe's receive that is shorter than its buffer has usually taken the last of what there was, and a try would be
    // a call for nothing. Where a writer keeps up with its reader it has not: then each message would cost a question
    // whether there is one. So every sixteenth time nothing is concluded, and as long as the tries succeed.
    void conclude_from_short_receive() noexcept {
        constexpr std::uint8_t most = 15;
        drained = concluded_ < most;
        if (drained) ++concluded_;
    }
    // A try has been told "would block".
    void found_empty() noexcept {
        drained = true;
        concluded_ = 0;
    }

private:
    std::uint8_t concluded_ = 0;
};

// Bits of Descriptor::interest and of a poller's events.
inline constexpr std::uint8_t input = 1;
inline constexpr std::uint8_t output = 2;

struct Descriptor : Link {
    NativeSocket socket = no_socket;
    Lane lanes[2];
    union {
        Error failure{};   // a stream's first terminal error, reported ever after: systems report it once or lose it
        Waiting* waiting;  // any other socket's, the loop's: what waits behind the first operation of each lane
    };
    Endpoint peer{};  // remembered at accept or connect: the systems forget it after a reset
    SocketKind kind = SocketKind::stream;
    bool closing = false;
    bool drain_exact = false;    // an event said hang-up, error or urgent, or it is a Unix-domain stream, where a
                                 // receive stops behind a message with descriptors: a short transfer proves nothing
    std::uint8_t interest = 0;   // readiness engines: what the poller was told to watch (input, output)
    bool ties_accepted = false;  // what a listener accepts is tied to its event object at first (WSAEventSelect)
    bool lost = false;           // foreign: its owner has closed it, and its number is another socket's

    [[nodiscard]] Lane& lane(Direction d) noexcept { return lanes[static_cast<std::size_t>(d)]; }
    [[nodiscard]] Lane& lane_of(const Operation& op) noexcept { return lane(op.lane_direction()); }
    // A receive can only wait, and its poller watches already.
    [[nodiscard]] bool waits_for_input() const noexcept {
        const Lane& read = lanes[0];
        return read.drained && !read.settled && read.first == nullptr && (interest & input) != 0;
    }
    [[nodiscard]] bool busy() const noexcept { return lanes[0].first != nullptr || lanes[1].first != nullptr; }
};
static_assert(sizeof(void*) > 8 || sizeof(Descriptor) <= 88, "an idle connection pays for every byte of it");

}  // namespace pier::spi
