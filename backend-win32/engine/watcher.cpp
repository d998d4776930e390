#include "engine/watcher.hpp"

#include "engine/poller_winselect.hpp"
#include "process/error.hpp"

#include <pier/detail/make_room.hpp>
#include <pier/spi/readiness_engine.hpp>
#include <pier/sys/attempt.hpp>

#include <algorithm>
#include <new>
#include <system_error>

namespace pier::win32 {

using spi::Operation;
using spi::Progress;
using spi::Stage;

Result<std::unique_ptr<Watcher>> Watcher::make(Notify notify, void* context) {
    auto poller = make_winselect();
    if (!poller) return fail(poller.error());
    try {
        std::unique_ptr<Watcher> watcher(
            new Watcher(std::make_unique<spi::ReadinessEngine>(std::move(*poller)), notify, context));
        watcher->thread_ = std::thread([raw = watcher.get()] { raw->run(); });
        return watcher;
    } catch (const std::bad_alloc&) {
        return fail(Errc::not_enough_memory);
    } catch (const std::system_error& error) {
        return fail(Errc::no_buffer_space, error.code().value());  // no thread to be had
    }
}

Watcher::~Watcher() {
    if (!thread_.joinable()) return;
    {
        std::lock_guard lock(mutex_);
        stops_ = true;
    }
    engine_->wake();
    thread_.join();
}

Result<Watcher::Record*> Watcher::record_of(SOCKET socket) noexcept {
    if (Entry* entry = table_.find(socket)) return entry->record;
    try {
        if (free_.empty()) {
            spi::make_room(free_, records_.size() + 1);
            records_.push_back(std::make_unique<Record>());
            for (Side& side : records_.back()->sides) {
                side.record = records_.back().get();
                side.shadow.side = &side;
            }
            free_.push_back(records_.back().get());
        }
        table_.insert({.socket = socket, .record = free_.back()});
    } catch (const std::bad_alloc&) {
        return fail(Errc::not_enough_memory);
    }
    Record* record = free_.back();
    free_.pop_back();
    record->socket = socket;
    return record;
}

void Watcher::forget(Record& record) noexcept {
    if (record.sides[0].op != nullptr || record.sides[1].op != nullptr) return;
    table_.erase(record.socket);
    free_.push_back(&record);
}

Result<void> Watcher::start(Operation& op) noexcept {
    auto record = record_of(native(op.descriptor->socket));
    if (!record) return fail(record.error());
    Side& side = side_of(**record, op);
    if (side.op != nullptr) return fail(Errc::already_in_progress);
    side.op = &op;
    {
        std::lock_guard lock(mutex_);
        ask(side, State::wanted);
    }
    engine_->wake();
    return {};
}

void Watcher::cancel(Operation& op) noexcept {
    Entry* entry = table_.find(native(op.descriptor->socket));
    spi::require(entry != nullptr, "a wait was cancelled that is not under way");
    Side& side = side_of(*entry->record, op);
    {
        std::lock_guard lock(mutex_);
        if (side.state == State::wanted) {
            side.state = State::unwanted;
        } else if (side.state == State::under_way) {
            ask(side, State::leaving);
        } else {
            return;  // its end is on its way
        }
    }
    engine_->wake();
}

void Watcher::ask(Side& side, State wanted) noexcept {
    side.state = wanted;
    side.next_asked = asked_;
    asked_ = &side;
}

Watcher::Side* Watcher::take_ended() noexcept {
    std::lock_guard lock(mutex_);
    has_ended_.store(false, std::memory_order_relaxed);
    return std::exchange(ended_, nullptr);
}

void Watcher::run() noexcept {
    for (;;) {
        {
            std::lock_guard lock(mutex_);
            if (stops_) break;
        }
        take_requests();
        spi::Harvest harvest;
        if (auto waited = engine_->wait(never, harvest); !waited) end_all(waited.error());
        while (Operation* op = harvest.queue().pop()) harvested(*op);
        engine_->bury();
    }
}

// One at a time: what is taken stands in no list, and a cancel may put it into one again.
void Watcher::take_requests() noexcept {
    for (;;) {
        Side* side = nullptr;
        State asked{};
        {
            std::lock_guard lock(mutex_);
            if (asked_ == nullptr) return;
            side = std::exchange(asked_, asked_->next_asked);
            asked = side->state;
            side->state = asked == State::leaving ? State::left : State::under_way;
        }
        if (asked == State::unwanted) {
            end(*side, Error{Errc::operation_canceled, 0});
        } else if (asked == State::wanted) {
            begin(*side);
        } else {
            engine_->cancel(side->shadow);
        }
    }
}

void Watcher::begin(Side& side) noexcept {
    Record& record = *side.record;
    try {
        spi::make_room(active_, active_.size() + 1);
    } catch (const std::bad_alloc&) {
        return end(side, Error{Errc::not_enough_memory, 0});
    }
    if (record.descriptor == nullptr) {
        auto attached = engine_->attach(spi::Accepted(neutral(record.socket)), spi::SocketKind::foreign);
        if (!attached) return end(side, attached.error());
        record.descriptor = *attached;
    }
    Shadow& shadow = side.shadow;
    if (shadow.stage == Stage::delivered) shadow.rearm();
    if (&side == &record.sides[1]) shadow.set(Operation::waits_writable);
    shadow.clear(Operation::urgent);
    if (side.op->has(Operation::urgent)) shadow.set(Operation::urgent);
    shadow.descriptor = record.descriptor;
    record.descriptor->lane_of(shadow).first = &shadow;
    shadow.park();
    active_.push_back(&side);
    if (engine_->start(shadow) == Progress::finished) end(side, shadow.error);
}

void Watcher::harvested(Operation& op) noexcept {
    op.clear(Operation::harvested);
    Side& side = *static_cast<Shadow&>(op).side;
    if (op.stage == Stage::in_flight) {
        if (sys::attempt(op) == sys::Attempt::would_block && engine_->start(op) == Progress::parked) return;
        if (op.stage == Stage::in_flight) op.finish(op.error);
    }
    end(side, op.error);
}

// The socket leaves the sets before its owner hears of it, and may close it.
void Watcher::end(Side& side, const Error& error) noexcept {
    Record& record = *side.record;
    Shadow& shadow = side.shadow;
    std::erase(active_, &side);
    if (shadow.stage == Stage::finished) {
        record.descriptor->lane_of(shadow).first = nullptr;
        shadow.deliver();
    }
    if (record.descriptor != nullptr && !record.descriptor->busy()) {
        engine_->release(*std::exchange(record.descriptor, nullptr));
    }
    {
        std::lock_guard lock(mutex_);
        // A cancel that came too late must not stay behind in the list.
        Side** link = &asked_;
        if (side.state == State::leaving) {
            while (*link != &side) link = &(*link)->next_asked;
            *link = side.next_asked;
        }
        side.state = State::ended;
        side.error = error;
        side.next_ended = ended_;
        ended_ = &side;
        has_ended_.store(true, std::memory_order_release);
    }
    notify_(context_);
}

// select itself has failed: nobody can be told anything else.
void Watcher::end_all(const Error& error) noexcept {
    ::Sleep(10);  // it may fail on
    while (!active_.empty()) {
        Side& side = *active_.back();
        // A cancelled one stands in the engine's queue and comes by the next harvest.
        if (side.shadow.has(Operation::harvested)) {
            active_.pop_back();
            continue;
        }
        side.shadow.finish(error);
        end(side, error);
    }
}

}  // namespace pier::win32
