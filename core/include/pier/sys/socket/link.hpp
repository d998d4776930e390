// Frames of the link layer: a port to one network interface.
// Resolved by the linker: exactly one backend defines it. Errors are Pier's conditions with the system's number.
#pragma once

#include <pier/link/filter.hpp>
#include <pier/link/frame.hpp>
#include <pier/result.hpp>
#include <pier/spi/socket.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace pier::sys {

struct LinkSettings {
    std::uint32_t interface_index = 0;
    bool promiscuous = false;
    std::uint32_t snap_length = 0;  // bytes kept of a frame
    std::size_t buffer_size = 0;    // bytes for frames that wait
    std::chrono::milliseconds longest_delay{};
    std::span<const FilterInstruction> filter;  // empty: all frames
};

// Confined to one thread, unless it says otherwise.
class LinkPort {
public:
    LinkPort() = default;
    LinkPort(const LinkPort&) = delete;
    LinkPort& operator=(const LinkPort&) = delete;
    virtual ~LinkPort() = default;

    [[nodiscard]] virtual LinkLayer layer() const noexcept = 0;
    // It is readable when there is something to take, and writable when there is room to send. no_socket: `came`, which
    // open_link() was given, tells of frames, and send() does not say operation_would_block.
    [[nodiscard]] virtual spi::NativeSocket socket() const noexcept = 0;
    // Gives the frames of the last take() back, and appends those that are there now, at least one. Does not block.
    // Errors: operation_would_block; network_down when the interface was switched off or is gone, said once each time;
    // what the system says. Throws std::bad_alloc.
    [[nodiscard]] virtual Result<void> take(std::vector<Frame>& frames) = 0;
    // One try; a frame goes as a whole, with its header and without its checksum.
    [[nodiscard]] virtual Result<void> send(std::span<const std::byte> frame) = 0;
    [[nodiscard]] virtual Result<LinkCounts> counts() = 0;
};

// `came` is called on another thread when frames came behind a take() that found none; only where the port has no
// socket. It must not throw, and is not called any more when the port is gone. Errors: permission_denied;
// no_such_interface; invalid_argument for a filter that is none; not_supported for an interface of a kind that Pier
// does not know, and where no capture driver is installed (Windows); network_down for one that is switched off;
// not_enough_memory; too_many_files_open. Throws std::bad_alloc.
[[nodiscard]] Result<std::unique_ptr<LinkPort>> open_link(const LinkSettings& settings,
                                                          std::move_only_function<void() noexcept> came);

}  // namespace pier::sys
