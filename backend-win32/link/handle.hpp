// One open device of Npcap.
#pragma once

#include "link/wpcap.hpp"

#include <pier/link/frame.hpp>
#include <pier/sys/socket/link.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace pier::win32 {

// Move-only. Confined to one thread, but for interrupt().
class CaptureHandle {
public:
    // Errors: as sys::open_link().
    [[nodiscard]] static Result<CaptureHandle> open(const std::string& device, const sys::LinkSettings& settings);
    // One that sends, and captures nothing.
    [[nodiscard]] static Result<CaptureHandle> open_sender(const std::string& device);

    CaptureHandle(CaptureHandle&& other) noexcept
        : library_(other.library_), handle_(std::exchange(other.handle_, nullptr)), nanoseconds_(other.nanoseconds_) {}
    CaptureHandle& operator=(CaptureHandle&& other) noexcept {
        std::swap(library_, other.library_);
        std::swap(handle_, other.handle_);
        std::swap(nanoseconds_, other.nanoseconds_);
        return *this;
    }
    ~CaptureHandle() {
        if (handle_ != nullptr) library_->close(handle_);
    }

    // Errors: not_supported for a kind of link that Pier does not know.
    [[nodiscard]] Result<LinkLayer> layer() const noexcept;
    // BLOCKS until a frame comes, the read times out or another thread interrupts it: nothing then. The frame is valid
    // until the next call. Errors: network_down when the adapter is gone.
    [[nodiscard]] Result<std::optional<Frame>> next() noexcept;
    // Any thread. The next() that is under way ends, or else the one to come.
    void interrupt() noexcept { library_->breakloop(handle_); }
    [[nodiscard]] Result<void> send(std::span<const std::byte> frame) noexcept;
    // Frames that were dropped for want of room, since it was opened.
    [[nodiscard]] std::optional<unsigned> dropped() noexcept;

private:
    CaptureHandle(const Wpcap& library, PcapHandle* handle) noexcept : library_(&library), handle_(handle) {}
    static Result<CaptureHandle> create(const std::string& device);
    Result<void> activate();
    Result<void> set_filter(const sys::LinkSettings& settings);

    const Wpcap* library_;
    PcapHandle* handle_;
    bool nanoseconds_ = false;
};

}  // namespace pier::win32
