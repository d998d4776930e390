// The link layer: frames of a network interface, as a sniffer sees them, and frames of one's own. packet(7); Npcap's
// "Npcap API".
#pragma once

#include <pier/link/filter.hpp>
#include <pier/link/frame.hpp>
#include <pier/result.hpp>
#include <pier/task.hpp>
#include <pier/time.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace pier {

struct LinkOptions {
    // Also frames for others that pass by.
    bool promiscuous = true;
    // Bytes kept of a frame, at least 1; a filter's answer may be less. At most 262,144 of a frame are ever kept, and
    // on Linux 128 KiB.
    std::uint32_t snap_length = 262'144;
    // Bytes for frames that came and were not received yet, from 1 MiB on, rounded up. When they are full, frames are
    // dropped and counted. On Linux each 128 KiB of it last for `longest_delay` at most, also where few frames come: so
    // who does not receive for a while needs more of it, or a longer delay.
    std::size_t buffer_size = std::size_t{8} << 20;
    // The system may keep frames back so long, for others to come with them: at least 1 ms.
    std::chrono::milliseconds longest_delay{10};
    // What is received; empty is all. It is copied.
    std::span<const FilterInstruction> filter;
};

// A tap on one interface. Move-only; confined to the loop that it was opened on. Works on every engine: on Linux it is
// a ring that is shared with the kernel and that a Watch waits for, so that receiving copies no frame; on Windows a
// thread reads from Npcap's wpcap.dll, which is looked for when the first tap is opened.
class LinkTap {
public:
    // `interface_index` is that of interfaces(). Errors: permission_denied without the privilege (CAP_NET_RAW; on
    // Windows, of an administrator where Npcap is set up so); no_such_interface; network_down for an interface that is
    // switched off; invalid_argument for a filter that is none; not_supported for a kind of interface that is not among
    // LinkLayer, and on Windows where Npcap is not installed; not_enough_memory; too_many_files_open.
    [[nodiscard]] static Result<LinkTap> open(std::uint32_t interface_index, const LinkOptions& options = {});

    LinkTap() = default;
    LinkTap(LinkTap&&) noexcept = default;
    LinkTap& operator=(LinkTap&& other) noexcept;
    ~LinkTap() { close(); }

    // What its frames begin with.
    [[nodiscard]] LinkLayer layer() const noexcept;

    // The frames that came, in order: at least one, and not more than came in about `longest_delay`. They are the
    // tap's, and valid until the next receive(): that gives their place back to the system. Linux shows frames of
    // loopback once, and puts VLAN tags, which the kernel takes out, back into their place. Errors: timed_out,
    // operation_canceled; no frame is lost with these; network_down when the interface was switched off or is gone
    // (once: a receive after it waits for better times); already_in_progress for a second one at a time; not_connected
    // when nothing is held. Throws std::bad_alloc.
    [[nodiscard]] Task<Result<std::span<const Frame>>> receive(Deadline deadline = {}) const;

    // One frame, with its link header and without the checksum that ends it on the wire. It is on its way to the wire;
    // whether local programs see it is the system's affair. Tasks may send at the same time as one receives. `frame`
    // must live until this has ended. Errors: message_size beyond the MTU; invalid_argument for one that is too short
    // for its header; no_buffer_space when the interface's queue is full (later it may work); network_down; timed_out,
    // operation_canceled; not_connected when nothing is held.
    [[nodiscard]] Task<Result<void>> send(std::span<const std::byte> frame, Deadline deadline = {}) const;

    // Errors: what the system says; not_connected when nothing is held. BLOCKS for moments on Windows.
    [[nodiscard]] Result<LinkCounts> counts() const;

    // Ends what waits as operation_canceled. Frames that were received are not valid any more.
    void close() noexcept;
    [[nodiscard]] bool valid() const noexcept { return state_ != nullptr; }

private:
    struct State;
    explicit LinkTap(std::shared_ptr<State> state) noexcept : state_(std::move(state)) {}

    std::shared_ptr<State> state_;  // with those that wait
};

}  // namespace pier
