#include <pier/process/line_input.hpp>

#include <pier/sleep.hpp>
#include <pier/spi/limits.hpp>
#include <pier/sync/event.hpp>
#include <pier/sync/notifier.hpp>
#include <pier/sys/console.hpp>

#include <array>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <new>
#include <thread>
#include <utility>

namespace pier {
namespace {

constexpr std::size_t piece = 4096;  // of one read

// A line, or as much of it as longest_line allows.
struct Piece {
    std::string text;
    bool continues = false;
};

using Answer = Result<std::optional<Piece>>;

// What the reader makes of what it reads.
enum class Unit : bool { lines, pieces };

// Of the process, and never destroyed: its thread may sit in a read when static objects go.
class Reader {
public:
    static Reader& instance() {
        static Reader* const reader = new Reader;
        return *reader;
    }

    // The answer of next(), or nothing: then the notifier is told as soon as there is one, until leave(). Null: the
    // caller does not wait yet. Throws std::bad_alloc, and nothing has been taken.
    std::optional<Answer> take(Notifier* notifier, Unit unit) {
        std::lock_guard lock(mutex_);
        if (waiting_ != nullptr) return fail(Errc::already_in_progress);
        unit_.store(unit);
        if (!start()) return fail(Errc::not_enough_memory);
        if (!lines_.empty()) {
            ahead_ -= cost(lines_.front().text);
            Answer line = std::move(lines_.front());
            lines_.pop_front();
            changed_.notify_one();
            return line;
        }
        if (error_.condition != Errc::ok) {
            changed_.notify_one();
            return fail(std::exchange(error_, Error{}));
        }
        if (ended_) return Answer(std::nullopt);
        waiting_ = notifier;
        return std::nullopt;
    }

    void leave() {
        std::lock_guard lock(mutex_);
        waiting_ = nullptr;
    }

private:
    // With its end: else lines without a byte would cost nothing, and any number would be read ahead.
    static std::size_t cost(const std::string& line) noexcept { return line.size() + 1; }

    bool start() {
        if (started_) return true;
        try {
            line_.reserve(LineInput::longest_line + piece + 1);
            std::thread([this] { run(); }).detach();
        } catch (const std::exception&) {  // no thread, or no memory
            return false;
        }
        started_ = true;
        return true;
    }

    void run() noexcept {
        std::array<std::byte, piece> buffer;
        for (;;) {
            auto got = sys::read_standard_input(buffer);
            if (!got || *got == 0) {
                part_return();
                if (!line_.empty()) push(false);
                return end(got ? Error{} : got.error());
            }
            if (unit_.load() == Unit::pieces) {
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
    std::deque<Piece> lines_;
    std::size_t ahead_ = 0;  // what lines_ cost
    std::string line_;       // the reading thread's, which is not at its end yet
    std::atomic<Unit> unit_{Unit::lines};
    bool started_ = false;
    bool ended_ = false;
    Error error_{};
    Notifier* waiting_ = nullptr;
};

Task<Answer> take(Unit unit, Deadline deadline) {
    Reader& reader = Reader::instance();
    const Deadline until = absolute(deadline);
    // Through the loop also when a line is there: where the input never ends, others get their turn, and a cancel
    // comes.
    auto mine = co_await yield();
    if (!mine) co_return fail(mine.error());
    if (auto answer = reader.take(nullptr, unit)) co_return std::move(*answer);
    Event came;
    // The reading thread needs no memory to tell it.
    Notifier notifier(this_loop(), [&came](std::size_t) noexcept { came.set(); });
    for (;;) {
        came.reset();
        if (auto answer = reader.take(&notifier, unit)) co_return std::move(*answer);
        auto told = co_await came.wait(until);
        reader.leave();
        if (!told) co_return fail(told.error());
    }
}

}  // namespace

Task<Result<std::optional<std::string>>> LineInput::next(Deadline deadline) {
    auto taken = co_await take(Unit::lines, deadline);
    if (!taken) co_return fail(taken.error());
    continues_ = *taken && (*taken)->continues;
    if (!*taken) co_return std::nullopt;
    co_return std::move((*taken)->text);
}

Task<Result<std::optional<std::string>>> KeyInput::next(Deadline deadline) {
    auto taken = co_await take(Unit::pieces, deadline);
    if (!taken) co_return fail(taken.error());
    if (!*taken) co_return std::nullopt;
    co_return std::move((*taken)->text);
}

}  // namespace pier
