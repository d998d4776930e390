// Awaiting a read or a write of a file.
#pragma once

#include <pier/detail/awaiter.hpp>
#include <pier/process/system_handle.hpp>
#include <pier/spi/file_operation.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace pier::spi {

class FileJob;

// What a File and its operations share: the last of them closes the handle.
struct OpenFile {
    Loop* loop;
    SystemHandle handle;
    bool engines;   // the loop's engine reads and writes it
    bool readable;  // opened for reading
    bool writable;
};

// Results as a number of bytes.
class FileAwaiter : public Awaiter<FileOperation> {
public:
    // What one operation moves at most: the systems count in 32 bits, Linux up to 2^31 - 4096.
    static constexpr std::size_t largest = std::size_t{1} << 30;

    FileAwaiter(Deadline limit, Kind what, std::shared_ptr<const OpenFile> on, std::uint64_t at, std::byte* data,
                std::size_t size) noexcept
        : Awaiter(limit, what, on != nullptr ? on->handle.get() : no_handle, at), on_(std::move(on)) {
        buffer = data;
        length = static_cast<std::uint32_t>(std::min(size, largest));
    }
    FileAwaiter(const FileAwaiter&) = delete;

    template <std::derived_from<PromiseBase> P>
    bool await_suspend(std::coroutine_handle<P> handle) {
        if (on_ == nullptr) return end_at_once(handle, Error{Errc::not_connected, 0});
        if (length == 0) return end_at_once(handle);
        return is_parked(begin(enter(handle)));
    }
    Result<std::size_t> await_resume() const noexcept;

private:
    Progress begin(Loop& loop);
    Progress call_at_once(Loop& loop) noexcept;
    static void stop(Loop& loop, Operation& op, Error reason) noexcept;

    std::shared_ptr<const OpenFile> on_;
    std::shared_ptr<FileJob> job_;  // where a worker thread makes the call
    bool handed_over_ = false;      // the engine or the worker threads have it
};

}  // namespace pier::spi
