#include "engine/overlapped/overlapped_engine.hpp"

#include "socket/sockets.hpp"

#include <pier/sys/attempt.hpp>
#include <pier/sys/clock.hpp>
#include <pier/sys/socket.hpp>

#include <chrono>
#include <new>

namespace pier::win32 {

using spi::Descriptor;
using spi::Operation;
using spi::Progress;
using spi::SocketKind;
using Kind = Outcome::Kind;

Result<Descriptor*> OverlappedEngine::attach(spi::Accepted&& socket, SocketKind kind) {
    spi::Accepted owned(std::move(socket));
    OverlappedDescriptor* d = pool_.acquire(owned, kind);
    if (d == nullptr) return fail(Errc::not_enough_memory);
    auto prepared = [&]() -> Result<void> {
        if (kind == SocketKind::foreign) return {};
        if (kind == SocketKind::listener) {
            auto local = sys::local_endpoint(d->socket);
            if (!local) return fail(local.error());
            if (local->family() == Family::unspecified) return fail(Errc::invalid_argument);  // it can't be listening
            if (local->is_unix()) return associate(*d);
            const std::size_t most = owned.listening().accept_ahead ? spi::limits::most_accept_calls : 1;
            d->accepts = new (std::nothrow) AcceptQueue(native(d->socket), local->family(), most);
            if (d->accepts == nullptr) return fail(Errc::not_enough_memory);
            ++accept_queues_;
        }
        if (kind == SocketKind::datagram) {
            d->source.reset(new (std::nothrow) SourceRecord);
            if (d->source == nullptr) return fail(Errc::not_enough_memory);
        }
        return associate(*d);
    }();
    if (!prepared) {
        delete_accepts(d->accepts);
        pool_.recycle(*d);
        return fail(prepared.error());
    }
    (void)owned.take_socket();
    return d;
}

// Both lanes are empty, so the kernel has neither record; but a listener's calls end only after it.
void OverlappedEngine::release(Descriptor& d) noexcept {
    if (AcceptQueue* queue = std::exchange(static_cast<OverlappedDescriptor&>(d).accepts, nullptr); queue != nullptr) {
        queue->close();
        if (queue->empty()) {
            delete_accepts(queue);
        } else {
            queue->next = std::exchange(closing_, queue);
        }
    }
    pool_.close(static_cast<OverlappedDescriptor&>(d));
}

void OverlappedEngine::bury() noexcept { pool_.bury(); }

Progress OverlappedEngine::start(Operation& op) noexcept {
    if (!is_overlapped(op)) {
        return op.verb == spi::Verb::connect ? start_connect(static_cast<spi::AddressedOperation&>(op))
                                             : start_watch(op);
    }
    if (op.verb == spi::Verb::accept) return start_accept(static_cast<spi::AcceptOperation&>(op));
    if (op.has(Operation::lend)) lend_ahead(op);
    Outcome outcome = begin(op, means_);
    switch (outcome.kind) {
        case Kind::pending:
            count_pending(static_cast<OverlappedDescriptor&>(*op.descriptor).record_of(op));
            return Progress::parked;
        case Kind::data_there:
            leave_place(op);
            return take(op);
        default:
            leave_place(op);
            op.finish(outcome.error, outcome.transferred);
            return Progress::finished;
    }
}

Progress OverlappedEngine::start_accept(spi::AcceptOperation& op) noexcept {
    auto& d = static_cast<OverlappedDescriptor&>(*op.descriptor);
    post_accepts(d);
    if (take_connection(op)) return Progress::finished;
    d.accepts->waiting = &op;
    return Progress::parked;
}

void OverlappedEngine::post_accepts(OverlappedDescriptor& d) noexcept {
    d.accepts->post(means_, d.silent_success, [this](AcceptRecord& record) { count_pending(record); });
}

// True: the operation has its result. False: a call is under way that will bring it.
bool OverlappedEngine::take_connection(spi::AcceptOperation& op) noexcept {
    auto& d = static_cast<OverlappedDescriptor&>(*op.descriptor);
    // All that had arrived may be dead by now, and nobody but this operation would make new calls. Those may end at
    // once, with dead ones again; but more of them than any backlog holds are no accident of the queue any more.
    for (int rounds = 0; rounds < spi::limits::most_dead_connections; ++rounds) {
        if (d.accepts->take(op, means_)) return true;
        if (!d.accepts->empty()) return false;
        post_accepts(d);
    }
    op.finish(Error{Errc::connection_aborted, WSAECONNABORTED});
    return true;
}

void OverlappedEngine::accept_ended(AcceptRecord& record, spi::Harvest& harvest) noexcept {
    --owed_;
    AcceptQueue& queue = *record.accepts;
    queue.ended(record);
    if (queue.closed()) {
        if (!queue.empty()) return;
        AcceptQueue** link = &closing_;
        while (*link != &queue) link = &(*link)->next;
        *link = queue.next;
        return delete_accepts(&queue);
    }
    spi::AcceptOperation* op = queue.waiting;
    if (op == nullptr) return;
    // Where all of them met dead connections, nobody else would make new calls.
    if (queue.empty()) post_accepts(static_cast<OverlappedDescriptor&>(*op->descriptor));
    if (!take_connection(*op)) return;
    queue.waiting = nullptr;
    harvest.finished_already(*op);
}

void OverlappedEngine::delete_accepts(AcceptQueue* queue) noexcept {
    if (queue == nullptr) return;
    delete queue;
    --accept_queues_;
}

// A stream's lent receive gets its buffer now, if there is a place for it; else when data is there. Not one with a
// deadline, whose call must move nothing.
void OverlappedEngine::lend_ahead(Operation& op) noexcept {
    auto& d = static_cast<OverlappedDescriptor&>(*op.descriptor);
    if (d.kind != SocketKind::stream || op.has(Operation::bounded)) return;
    OverlappedLane& record = d.record_of(op);
    if (lent_ahead_.begin(record) == LentAhead::Place::none) return;
    op.buffer = chunks_.borrow();
    op.length = spi::ChunkPool::chunk_size;
    if (op.buffer == nullptr) lent_ahead_.leave(record);
}

void OverlappedEngine::leave_place(Operation& op) noexcept {
    if (!op.has(Operation::lend) || op.has(Operation::bounded)) return;
    lent_ahead_.end(static_cast<OverlappedDescriptor&>(*op.descriptor).record_of(op));
}

// False: it has been finished.
bool OverlappedEngine::can_be_tried(Operation& op) noexcept {
    auto& d = static_cast<OverlappedDescriptor&>(*op.descriptor);
    if (d.non_blocking) return true;
    if (auto set = set_non_blocking(native(d.socket)); !set) {
        op.finish(set.error());
        return false;
    }
    d.non_blocking = true;
    return true;
}

// Data is there: it is taken at once. Where no buffer is to be had, the loop knows how to wait for one.
Progress OverlappedEngine::take(Operation& op) noexcept {
    if (!can_be_tried(op)) return Progress::finished;
    const bool lends = op.has(Operation::lend);
    if (lends) {
        op.buffer = chunks_.borrow();
        op.length = spi::ChunkPool::chunk_size;
    }
    if (op.buffer != nullptr) {
        if (sys::attempt(op) == sys::Attempt::done) {
            op.finish(op.error, op.transferred);
            return Progress::finished;
        }
        if (lends) chunks_.give_back(std::exchange(op.buffer, nullptr));
    }
    op.set(Operation::harvested);  // the kernel has nothing of it that could be cancelled
    ready_.push(op);
    return Progress::parked;
}

// Of a Unix-domain stream.
Progress OverlappedEngine::start_connect(spi::AddressedOperation& op) noexcept {
    if (!can_be_tried(op)) return Progress::finished;
    if (sys::connect_start(op) == sys::Attempt::would_block) return watch(op);
    op.finish(Error(op.error));
    return Progress::finished;
}

// What is ready needs no other thread.
Progress OverlappedEngine::start_watch(Operation& op) noexcept {
    if (op.verb == spi::Verb::accept && !can_be_tried(op)) return Progress::finished;
    if (sys::attempt(op) == sys::Attempt::would_block) return watch(op);
    op.finish(Error(op.error));
    return Progress::finished;
}

Progress OverlappedEngine::watch(Operation& op) noexcept {
    if (watcher_ == nullptr) {
        auto made = Watcher::make([](void* engine) noexcept { static_cast<OverlappedEngine*>(engine)->wake(); }, this);
        if (!made) {
            op.finish(made.error());
            return Progress::finished;
        }
        watcher_ = std::move(*made);
    }
    if (auto started = watcher_->start(op); !started) {
        op.finish(started.error());
        return Progress::finished;
    }
    return Progress::parked;
}

void OverlappedEngine::cancel(Operation& op) noexcept {
    if (op.verb == spi::Verb::accept && is_overlapped(op)) {
        // The calls go on: what they bring is the next accept's.
        static_cast<OverlappedDescriptor&>(*op.descriptor).accepts->waiting = nullptr;
        op.set(Operation::harvested);
        cancelled_.push(op);
    } else if (is_overlapped(op)) {
        request_cancel(op);
    } else {
        watcher_->cancel(op);
    }
}

bool OverlappedEngine::hand_over(spi::Harvest& harvest) noexcept {
    bool told = watcher_ != nullptr &&
                watcher_->collect([&](Operation& op, const Error& error) { watched(op, error, harvest); });
    while (Operation* op = cancelled_.pop()) {
        harvest.finished(*op, Error{Errc::operation_canceled, 0}, 0);
        told = true;
    }
    if (ready_.empty()) return told;
    while (Operation* op = ready_.pop()) {
        op->clear(Operation::harvested);
        harvest.ready(*op);
    }
    return true;
}

// A wait has ended. An accept or a connect can be tried, unless somebody has asked for its end: then the loop would
// not.
void OverlappedEngine::watched(Operation& op, const Error& error, spi::Harvest& harvest) noexcept {
    const bool asked = op.has(Operation::cancel_requested) || op.has(Operation::deadline_passed);
    if (op.verb != spi::Verb::wait && error.condition == Errc::ok) {
        if (!asked) return harvest.ready(op);
        return harvest.finished(op, Error{Errc::operation_canceled, 0}, 0);
    }
    harvest.finished(op, error, 0);
}

void OverlappedEngine::count_pending(OverlappedLane& record) noexcept {
    ++owed_;
    pending(record);
}

void OverlappedEngine::follow(Operation& op, const Outcome& concluded, spi::Harvest& harvest) noexcept {
    --owed_;
    leave_place(op);
    Outcome outcome = concluded;
    if (outcome.kind == Kind::again) {
        // Its place has been left, and the buffer goes with it.
        if (op.has(Operation::lend) && op.buffer != nullptr) chunks_.give_back(std::exchange(op.buffer, nullptr));
        outcome = begin(op, means_);
    }
    switch (outcome.kind) {
        case Kind::pending:
            count_pending(static_cast<OverlappedDescriptor&>(*op.descriptor).record_of(op));
            break;
        case Kind::data_there:
            if (op.has(Operation::cancel_requested) || op.has(Operation::deadline_passed)) {
                // It has won against its cancel; the loop would not try it any more.
                if (take(op) == Progress::finished) harvest.finished_already(op);
            } else if (can_be_tried(op)) {
                harvest.ready(op);
            } else {
                harvest.finished_already(op);
            }
            break;
        default:
            harvest.finished(op, outcome.error, outcome.transferred);
            break;
    }
}

void OverlappedEngine::outlive_notices() noexcept {
    watcher_.reset();
    for (int i = 0; i < 100 && owed_ != 0; ++i) {
        spi::Harvest dropped;
        if (!wait(sys::now() + std::chrono::milliseconds(50), dropped)) break;
    }
}

}  // namespace pier::win32
