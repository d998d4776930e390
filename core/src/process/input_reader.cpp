#include "process/input_reader.hpp"

#include <pier/process/line_input.hpp>
#include <pier/sleep.hpp>
#include <pier/spi/limits.hpp>
#include <pier/sync/event.hpp>
#include <pier/sync/notifier.hpp>
#include <pier/sys/console.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <exception>
#include <mutex>
#include <new>
#include <thread>
#include <utility>

namespace pier {
namespace {

// Of one read. Bytes are taken in large pieces, each of which costs a change of threads; the read of a line, or of a
// key, brings no more than a screen of text.
constexpr std::size_t short_read = 4096;
constexpr std::size_t long_read = 64 * 1024;

// Of the process, and never destroyed: its thread may sit in a read when static objects go.
class Reader {
public:
    static Reader& instance() {
        static Reader* const reader = new Reader;
        return *reader;
    }

    // What the taker makes of the pieces that are there; an empty value at the end; or an error. Nothing: then the
    // notifier is told as soon as there is something, until leave(). Null: the caller does not wait yet. Throws
    // std::bad_alloc, and nothing has been taken.
    template <class Taker>
    std::optional<Result<typename Taker::Value>> take(Notifier* notifier, Taker& taker) {
        std::lock_guard lock(mutex_);
        if (waiting_ != nullptr) return fail(Errc::already_in_progress);
        unit_.store(taker.unit);
        if (!start()) return fail(Errc::not_enough_memory);
        if (auto taken = taker.take(*this)) return Result<typename Taker::Value>(std::move(*taken));
        if (error_.condition != Errc::ok) {
            changed_.notify_one();
            return fail(std::exchange(error_, Error{}));
        }
        if (ended_) return Result<typename Taker::Value>(typename Taker::Value{});
        waiting_ = notifier;
        return std::nullopt;
    }

    // For takers, under the lock.

    std::optional<InputPiece> take_piece() {
        if (lines_.empty()) return std::nullopt;
        InputPiece& front = lines_.front();
        const std::size_t whole = cost(front.text);
        front.text.erase(0, std::exchange(taken_, 0));
        InputPiece piece = std::move(front);
        drop_front(whole);
        return piece;
    }
    std::optional<std::size_t> take_bytes(std::span<std::byte> into) {
        while (!lines_.empty()) {
            const std::string& text = lines_.front().text;
            const std::size_t size = std::min(into.size(), text.size() - taken_);
            std::memcpy(into.data(), text.data() + taken_, size);
            taken_ += size;
            if (taken_ == text.size()) {
                taken_ = 0;
                drop_front(cost(text));
            }
            if (size > 0) return size;  // what was read as a line may be empty
        }
        return std::nullopt;
    }

    void leave() {
        std::lock_guard lock(mutex_);
        waiting_ = nullptr;
    }

private:
    void drop_front(std::size_t whole) noexcept {
        ahead_ -= whole;
        lines_.pop_front();
        changed_.notify_one();
    }

    // With its end: else lines without a byte would cost nothing, and any number would be read ahead.
    static std::size_t cost(const std::string& line) noexcept { return line.size() + 1; }

    bool start() {
        if (started_) return true;
        try {
            line_.reserve(LineInput::longest_line + long_read + 1);
            std::thread([this] { run(); }).detach();
        } catch (const std::exception&) {  // no thread, or no memory
            return false;
        }
        started_ = true;
        return true;
    }

    void run() noexcept {
        std::array<std::byte, long_read> buffer;
        for (;;) {
            const std::size_t size = unit_.load() == InputUnit::bytes ? long_read : short_read;
            auto got = sys::read_standard_input(std::span(buffer).first(size));
            if (!got || *got == 0) {
                part_return();
                if (!line_.empty()) push(false);
                return end(got ? Error{} : got.error());
            }
            if (unit_.load() != InputUnit::lines) {
                part_return();
                line_.append(reinterpret_cast<const char*>(buffer.data()), *got);
                push(false);
                continue;
            }
            for (std::byte byte : std::span(buffer).first(*got)) {
                auto character = static_cast<char>(byte);
                if (character == '\n') {
                    if (!line_.empty() && line_.back() == '\r') line_.pop_back();
                    push(false);
                } else {
                    part_return();
                    // A return may be half of the line's end, which does not make it longer.
                    if (line_.size() == LineInput::longest_line && character != '\r') push(true);
                    line_ += character;
                }
            }
        }
    }

    // The return behind a line of the greatest length was not half of its end: it belongs to the next piece.
    void part_return() {
        if (line_.size() <= LineInput::longest_line) return;
        line_.pop_back();
        push(true);
        line_ += '\r';
    }

    // Without memory for the line, next() says so, and the line is tried again when somebody has heard it: nothing is
    // lost, and this thread doesn't spin.
    void push(bool continues) {
        std::unique_lock lock(mutex_);
        const auto has_room = [this] {
            return error_.condition == Errc::ok && (lines_.empty() || ahead_ + cost(line_) <= spi::limits::input_ahead);
        };
        for (bool stored = false; !stored;) {
            changed_.wait(lock, has_room);
            try {
                lines_.push_back({line_, continues});
                ahead_ += cost(line_);
                stored = true;
            } catch (const std::bad_alloc&) {
                error_ = Error{Errc::not_enough_memory, 0};
            }
            tell();
        }
        line_.clear();
    }

    void end(Error error) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return error_.condition == Errc::ok; });
        ended_ = true;
        error_ = error;
        tell();
    }

    // Under the lock: who waits can't have left, so its notifier is there.
    void tell() noexcept {
        if (waiting_ != nullptr) waiting_->notify();
    }

    std::mutex mutex_;
    std::condition_variable changed_;  // lines have been taken, or an error
    std::deque<InputPiece> lines_;
    std::size_t taken_ = 0;  // bytes of the first one
    std::size_t ahead_ = 0;  // what lines_ cost
    std::string line_;       // the reading thread's, which is not at its end yet
    std::atomic<InputUnit> unit_{InputUnit::lines};
    bool started_ = false;
    bool ended_ = false;
    Error error_{};
    Notifier* waiting_ = nullptr;
};

struct PieceTaker {
    using Value = std::optional<InputPiece>;
    InputUnit unit;
    std::optional<Value> take(Reader& reader) {
        if (auto piece = reader.take_piece()) return Value(std::move(*piece));
        return std::nullopt;
    }
};

struct ByteTaker {
    using Value = std::size_t;
    std::span<std::byte> into;
    static constexpr InputUnit unit = InputUnit::bytes;
    std::optional<Value> take(Reader& reader) { return reader.take_bytes(into); }
};

template <class Taker>
Task<Result<typename Taker::Value>> take(Taker taker, Deadline deadline) {
    Reader& reader = Reader::instance();
    const Deadline until = absolute(deadline);
    // Through the loop also when a line is there: where the input never ends, others get their turn, and a cancel
    // comes.
    auto mine = co_await yield();
    if (!mine) co_return fail(mine.error());
    if (auto answer = reader.take(nullptr, taker)) co_return std::move(*answer);
    Event came;
    // The reading thread needs no memory to tell it.
    Notifier notifier(this_loop(), [&came](std::size_t) noexcept { came.set(); });
    for (;;) {
        came.reset();
        if (auto answer = reader.take(&notifier, taker)) co_return std::move(*answer);
        auto told = co_await came.wait(until);
        reader.leave();
        if (!told) co_return fail(told.error());
    }
}

}  // namespace

Task<Result<std::optional<InputPiece>>> take_input(InputUnit unit, Deadline deadline) {
    return take(PieceTaker{unit}, deadline);
}

Task<Result<std::size_t>> take_input(std::span<std::byte> into, Deadline deadline) {
    return take(ByteTaker{into}, deadline);
}

}  // namespace pier
