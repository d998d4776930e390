#include "link/capture.hpp"

#include <new>
#include <system_error>
#include <utility>

namespace pier::win32 {

void Capture::Batch::add(const Frame& frame) {
    const std::size_t offset = bytes.size();
    bytes.insert(bytes.end(), frame.data.begin(), frame.data.end());
    Frame described = frame;
    described.data = {};
    frames.push_back({offset, frame.data.size(), described});
}

void Capture::Batch::clear() noexcept {
    bytes.clear();
    frames.clear();
}

Capture::~Capture() {
    if (!thread_.joinable()) return;
    {
        std::lock_guard lock(mutex_);
        stops_ = true;
        changed_.notify_all();
    }
    handle_.interrupt();
    thread_.join();
}

Result<void> Capture::start() {
    try {
        thread_ = std::thread([this] { run(); });
    } catch (const std::system_error& failure) {
        return fail(Errc::too_many_processes, failure.code().value());
    }
    return {};
}

// False: it is to end. True: it may read.
bool Capture::wait_for_room(std::unique_lock<std::mutex>& lock) noexcept {
    for (;;) {
        if (stops_) return false;
        if (std::exchange(wants_counts_, false)) {
            // None when the adapter is gone: what was told last counts.
            if (const auto dropped = handle_.dropped()) counts_.dropped = *dropped + lost_;
            changed_.notify_all();
        }
        if (filling_.bytes.size() < room_) return true;
        changed_.wait(lock);
    }
}

void Capture::run() noexcept {
    for (;;) {
        {
            std::unique_lock lock(mutex_);
            if (!wait_for_room(lock)) return;
        }
        if (!keep(handle_.next())) return;
    }
}

// False: the device has failed.
bool Capture::keep(const Result<std::optional<Frame>>& next) noexcept {
    if (next && !*next) return true;
    bool is_news = false;
    {
        std::lock_guard lock(mutex_);
        is_news = filling_.frames.empty();
        if (!next) {
            failure_ = next.error();
            ended_ = true;
            changed_.notify_all();
        } else {
            try {
                filling_.add(**next);
                ++counts_.received;
            } catch (const std::bad_alloc&) {
                ++lost_;
            }
        }
    }
    if (is_news || !next) came_();
    return next.has_value();
}

Result<void> Capture::take(std::vector<Frame>& frames) {
    taken_.clear();
    {
        std::lock_guard lock(mutex_);
        if (filling_.frames.empty()) {
            if (auto failure = std::exchange(failure_, std::nullopt)) return fail(*failure);
            return fail(Errc::operation_would_block);
        }
        frames.reserve(frames.size() + filling_.frames.size());
        std::swap(taken_, filling_);
        changed_.notify_all();
    }
    for (const Stored& stored : taken_.frames) {
        Frame& frame = frames.emplace_back(stored.frame);
        frame.data = std::span<const std::byte>(taken_.bytes).subspan(stored.offset, stored.size);
    }
    return {};
}

Result<LinkCounts> Capture::counts() {
    std::unique_lock lock(mutex_);
    // The handle is the thread's, so it asks; a read that is under way ends first.
    if (!ended_) {
        wants_counts_ = true;
        handle_.interrupt();
        changed_.notify_all();
        changed_.wait(lock, [this] { return !wants_counts_ || ended_; });
    }
    LinkCounts counts = counts_;
    counts.received += counts.dropped;
    return counts;
}

}  // namespace pier::win32
