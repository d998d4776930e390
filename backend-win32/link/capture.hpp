// A thread that reads the frames of a device, and hands them over in batches.
#pragma once

#include "link/handle.hpp"

#include <pier/link/frame.hpp>
#include <pier/result.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace pier::win32 {

// Npcap lends a frame until the next read alone, so each is copied once. When nobody takes, the thread stops reading,
// and Npcap's own buffer fills and counts what it drops.
class Capture {
public:
    // Keeps about `room` bytes of frames at most. `came` is called on the thread, whenever it has frames again.
    Capture(CaptureHandle handle, std::size_t room, std::move_only_function<void() noexcept> came) noexcept
        : room_(room), came_(std::move(came)), handle_(std::move(handle)) {}
    Capture(const Capture&) = delete;
    Capture& operator=(const Capture&) = delete;
    ~Capture();

    // Once. Errors: too_many_processes.
    [[nodiscard]] Result<void> start();
    // As LinkPort's, on one thread.
    [[nodiscard]] Result<void> take(std::vector<Frame>& frames);
    [[nodiscard]] Result<LinkCounts> counts();

private:
    struct Stored {
        std::size_t offset;
        std::size_t size;
        Frame frame;  // its data is none yet
    };
    // One behind the other in memory that grows.
    struct Batch {
        std::vector<std::byte> bytes;
        std::vector<Stored> frames;

        void add(const Frame& frame);
        void clear() noexcept;
    };

    void run() noexcept;
    bool wait_for_room(std::unique_lock<std::mutex>& lock) noexcept;
    bool keep(const Result<std::optional<Frame>>& next) noexcept;

    const std::size_t room_;
    std::move_only_function<void() noexcept> came_;
    CaptureHandle handle_;  // the thread's, but for interrupt() and while there is no thread
    Batch taken_;           // the caller's

    std::mutex mutex_;  // of all below
    std::condition_variable changed_;
    Batch filling_;
    LinkCounts counts_;
    std::optional<Error> failure_;
    bool ended_ = false;         // the thread reads no more
    bool stops_ = false;         // it is to end
    bool wants_counts_ = false;  // somebody waits for counts_.dropped
    std::uint64_t lost_ = 0;     // for want of memory
    std::thread thread_;
};

}  // namespace pier::win32
