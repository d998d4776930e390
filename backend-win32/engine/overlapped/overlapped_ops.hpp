// Overlapped operations, from the call to the meaning of their end. How an engine learns of the end is its own matter.
#pragma once

#include "engine/overlapped/lent_ahead.hpp"
#include "socket/address.hpp"
#include "socket/extensions.hpp"

#include <pier/spi/descriptor.hpp>
#include <pier/spi/operation.hpp>

#include <memory>

namespace pier::win32 {

class AcceptQueue;

// The kernel's record of one direction. While `op` is set the kernel may write to it: it stays where it is.
struct OverlappedLane : OVERLAPPED {
    OverlappedLane() noexcept : OVERLAPPED{} {}
    spi::Operation* op = nullptr;
    AcceptQueue* accepts = nullptr;  // one of AcceptEx, which belongs to no operation
    OverlappedLane* next = nullptr;  // among those whose routines are to come, or in the queue of those that have come
    OverlappedLane* before = nullptr;  // among those whose routines are to come
    DWORD code = 0;                    // what the routine was told
    bool connects = false;             // a named pipe's receive that waits for the writer first
    std::uint32_t place = 0;           // in the list of those whose status has to be looked at
    // LentAhead's.
    DWORD since = 0;  // when its lent receive began
    Pace pace = Pace::unknown;
    bool has_place = false;  // it holds a buffer while it waits
};

// The calls that start operations, and how their ends are to be told besides the status in the record.
struct Means {
    Extensions extensions;
    HANDLE event = nullptr;  // set at the end of each operation without a routine, and cleared at the start of each
    // Of all but AcceptEx, ConnectEx, TransmitFile and ConnectNamedPipe, which take none.
    LPWSAOVERLAPPED_COMPLETION_ROUTINE routine = nullptr;
    LPOVERLAPPED_COMPLETION_ROUTINE pipe_routine = nullptr;  // that of ReadFileEx and WriteFileEx
    void* context = nullptr;                                 // both routines', in the record's hEvent

    [[nodiscard]] bool tell_by_routine(const OverlappedLane& record) const noexcept {
        if (routine == nullptr || record.op == nullptr || record.connects) return false;
        return record.op->verb != spi::Verb::connect && record.op->verb != spi::Verb::send_file;
    }
};

// Where WSARecvFrom writes the sender when the datagram comes.
struct SourceRecord {
    RawAddress raw;
    int length;
};

struct OverlappedDescriptor : spi::Descriptor {
    OverlappedLane records[2];
    // A call that succeeded at once sends no notice, or none that is needed: its result is taken on the spot.
    bool silent_success = false;
    // Overlapped calls don't care for the mode, so it is set when the first try comes, if ever.
    bool non_blocking = false;
    AcceptQueue* accepts = nullptr;        // of a listener; the engine's
    std::unique_ptr<SourceRecord> source;  // of a datagram socket

    [[nodiscard]] OverlappedLane& record_of(const spi::Operation& op) noexcept {
        return records[static_cast<std::size_t>(op.lane_direction())];
    }
};

struct Outcome {
    enum class Kind : std::uint8_t {
        pending,     // the kernel has the record
        ended,       // with `error` and `transferred`
        data_there,  // a receive that only asked: it can be tried now
        again,       // nothing that concerns the operation; it has to be begun once more
    };
    Kind kind = Kind::pending;
    Error error{};
    DWORD transferred = 0;
};

// Whether begin() can take it. Else it waits for readiness, of which no overlapped operation tells: a receive of
// nothing would consume a datagram, and nothing tells of room to send. Accepts are AcceptQueue's. Of Unix-domain
// sockets neither accepts nor connects: AcceptEx and ConnectEx are documented for TCP alone, and ConnectEx was seen to
// write behind its stack with an address of theirs (libuv's pull request 4636).
[[nodiscard]] bool is_overlapped(const spi::Operation& op) noexcept;

// Hands the operation to the kernel. Not pending: no notice is owed, and the record is free again.
[[nodiscard]] Outcome begin(spi::Operation& op, const Means& means) noexcept;

// The kernel is done with the record: what that means. Frees it. The socket is still open.
[[nodiscard]] Outcome conclude(OverlappedLane& record) noexcept;
// The same for one whose routine was called: its code counts instead of the status.
[[nodiscard]] Outcome conclude_reported(OverlappedLane& record) noexcept;

// A request; the record ends by its notice in any case.
void request_cancel(spi::Operation& op) noexcept;

}  // namespace pier::win32
