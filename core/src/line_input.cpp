#include <pier/line_input.hpp>

#include <pier/spi/sys.hpp>

#include <array>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>

namespace pier {
namespace {

constexpr std::size_t most_ahead = 256 * 1024;

// Of the process, and never destroyed: its thread may sit in a read when static objects go.
class Reader {
public:
    static Reader& instance() {
        static Reader* const reader = new Reader;
        return *reader;
    }

    // True: `result` is the answer. False: there is none yet, and `event` is set on this loop when there is.
    bool take(Event& event, Result<std::optional<std::string>>& result) {
        std::lock_guard lock(mutex_);
        if (waiting_ != nullptr) {
            result = fail(Errc::already_in_progress);
            return true;
        }
        if (!start()) {
            result = fail(Errc::not_enough_memory);
            return true;
        }
        if (!lines_.empty()) {
            ahead_ -= lines_.front().size();
            result = std::move(lines_.front());
            lines_.pop_front();
            room_.notify_one();
            return true;
        }
        if (ended_) {
            result = std::nullopt;
            if (error_.condition != Errc::ok) result = fail(std::exchange(error_, Error{}));
            return true;
        }
        waiting_ = &event;
        loop_ = &this_loop();
        return false;
    }

    void leave() {
        std::lock_guard lock(mutex_);
        waiting_ = nullptr;
        loop_ = nullptr;
    }

private:
    bool start() {
        if (started_) return true;
        try {
            std::thread([this] { run(); }).detach();
        } catch (const std::system_error&) {
            return false;
        }
        started_ = true;
        return true;
    }

    void run() {
        std::array<std::byte, 4096> buffer;
        std::string line;
        for (;;) {
            auto got = sys::read_standard_input(buffer);
            if (!got || *got == 0) {
                if (!line.empty()) push(std::move(line));
                return end(got ? Error{} : got.error());
            }
            for (std::byte byte : std::span(buffer).first(*got)) {
                auto character = static_cast<char>(byte);
                if (character == '\n') {
                    if (!line.empty() && line.back() == '\r') line.pop_back();
                    push(std::exchange(line, {}));
                } else {
                    if (line.size() == LineInput::longest_line) push(std::exchange(line, {}));
                    line += character;
                }
            }
        }
    }

    void push(std::string line) {
        std::unique_lock lock(mutex_);
        room_.wait(lock, [&] { return lines_.empty() || ahead_ + line.size() <= most_ahead; });
        ahead_ += line.size();
        lines_.push_back(std::move(line));
        tell();
    }

    void end(Error error) {
        std::lock_guard lock(mutex_);
        ended_ = true;
        error_ = error;
        tell();
    }

    // Under the lock: who waits can't have left, so its loop is there. The post may arrive after it has.
    void tell() {
        if (waiting_ == nullptr) return;
        loop_->post([this, loop = loop_] {
            std::lock_guard lock(mutex_);
            if (waiting_ != nullptr && loop_ == loop) waiting_->set();
        });
    }

    std::mutex mutex_;
    std::condition_variable room_;
    std::deque<std::string> lines_;
    std::size_t ahead_ = 0;
    bool started_ = false;
    bool ended_ = false;
    Error error_{};
    Event* waiting_ = nullptr;
    Loop* loop_ = nullptr;
};

}  // namespace

Task<Result<std::optional<std::string>>> LineInput::next(Deadline deadline) {
    Reader& reader = Reader::instance();
    const Deadline until = at(deadline.resolve(sys::now()));
    Result<std::optional<std::string>> result;
    for (;;) {
        came_.reset();
        if (reader.take(came_, result)) co_return result;
        auto came = co_await came_.wait(until);
        reader.leave();
        if (!came) co_return fail(came.error());
    }
}

}  // namespace pier
