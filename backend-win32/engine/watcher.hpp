// Waiting for readiness where an engine's own mechanism can't tell of it: a thread of its own, with Winsock's select.
#pragma once

#include "engine/socket_sets.hpp"

#include <pier/result.hpp>
#include <pier/spi/engine.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace pier::win32 {

// Confined to the thread of its engine. While an operation is under way here its socket must stay open; afterwards the
// thread has let go of it.
class Watcher {
public:
    // `notify(context)` is called on the other thread whenever an operation has ended: collect() then has it.
    using Notify = void (*)(void* context) noexcept;
    // Errors: what making a poller says; no_buffer_space when the system has no thread left.
    [[nodiscard]] static Result<std::unique_ptr<Watcher>> make(Notify notify, void* context);
    ~Watcher();

    // A Verb::wait in flight; or another operation, which waits for the readiness of its side. Errors:
    // not_enough_memory; already_in_progress for a second one on the same side of a socket.
    [[nodiscard]] Result<void> start(spi::Operation& op) noexcept;
    // A request; the operation ends by collect() in any case.
    void cancel(spi::Operation& op) noexcept;
    // Calls ended(op, error) for each that has ended. Whether there was one.
    template <class Ended>
    bool collect(Ended ended) noexcept {
        if (!has_ended_.load(std::memory_order_acquire)) return false;
        Side* side = take_ended();
        while (side != nullptr) {
            Side* next = side->next_ended;
            spi::Operation& op = *std::exchange(side->op, nullptr);
            Error error = side->error;
            forget(*side->record);
            ended(op, error);
            side = next;
        }
        return true;
    }

private:
    struct Record;
    struct Side;
    // The operation as the thread's own engine sees it.
    struct Shadow : spi::Operation {
        Shadow() noexcept : Operation(spi::Verb::wait) {}
        Side* side = nullptr;
    };
    // Those marked stand in the list of what is asked of the thread.
    enum class State : std::uint8_t {
        ended,      // or nothing has been asked yet
        wanted,     // * to begin
        unwanted,   // * cancelled before it began
        under_way,  // the thread's
        leaving,    // * to be cancelled
        left,       // the thread has cancelled it
    };
    struct Side {
        Shadow shadow;  // the thread's
        Record* record = nullptr;
        spi::Operation* op = nullptr;  // the loop's; null while nothing is under way
        // Under the lock.
        Side* next_asked = nullptr;
        Side* next_ended = nullptr;
        State state = State::ended;
        Error error{};
    };
    // A socket of which at least one side is waited for.
    struct Record {
        SOCKET socket = INVALID_SOCKET;
        spi::Descriptor* descriptor = nullptr;  // the thread's
        Side sides[2];
    };
    struct Entry {
        SOCKET socket = INVALID_SOCKET;
        Record* record = nullptr;
    };

    Watcher(std::unique_ptr<spi::Engine> engine, Notify notify, void* context) noexcept
        : engine_(std::move(engine)), notify_(notify), context_(context) {}

    static Side& side_of(Record& record, const spi::Operation& op) noexcept {
        return record.sides[static_cast<std::size_t>(op.lane_direction())];
    }
    [[nodiscard]] Result<Record*> record_of(SOCKET socket) noexcept;
    void forget(Record& record) noexcept;
    [[nodiscard]] Side* take_ended() noexcept;
    void ask(Side& side, State wanted) noexcept;

    // On the thread.
    void run() noexcept;
    void take_requests() noexcept;
    void begin(Side& side) noexcept;
    void harvested(spi::Operation& op) noexcept;
    void end(Side& side, const Error& error) noexcept;
    void end_all(const Error& error) noexcept;

    std::unique_ptr<spi::Engine> engine_;  // the thread's, but for wake()
    Notify notify_;
    void* context_;
    SocketTable<Entry> table_;
    std::vector<std::unique_ptr<Record>> records_;  // as many as were needed at once
    std::vector<Record*> free_;
    std::mutex mutex_;
    Side* asked_ = nullptr;
    Side* ended_ = nullptr;
    bool stops_ = false;
    std::atomic<bool> has_ended_{false};
    std::vector<Side*> active_;  // the thread's
    std::thread thread_;
};

}  // namespace pier::win32
