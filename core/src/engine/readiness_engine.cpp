#include <pier/spi/readiness_engine.hpp>

#include <pier/sys/attempt.hpp>

namespace pier::spi {
namespace {

std::uint8_t bit_of(const Operation& op) noexcept {
    if (op.has(Operation::urgent) && op.verb == Verb::wait) return exceptional;
    return op.lane_direction() == Direction::read ? input : output;
}

}  // namespace

void ReadySink::other_event(Descriptor& d, std::uint8_t bits) noexcept {
    if ((bits & exceptional) != 0) {
        bits |= input | output;
        d.drain_exact = true;
    }
    unsigned unwanted = 0;
    if ((bits & input) != 0 && !news(d.lanes[0])) unwanted |= input;
    // Only a wait for room to send can be watched elsewhere while events come; that is who ends it, and only once.
    const Operation* sender = d.lanes[1].first;
    bool apart = sender != nullptr && sender->has(Operation::elsewhere);
    if ((bits & output) != 0 && !apart && !news(d.lanes[1])) unwanted |= output;
    // Lazy disarm: a level poller repeats an event that nobody waits for, so interest goes at the first such event, not
    // after every operation. If the change fails, the event comes again, and so does the attempt.
    unwanted &= d.interest;
    if (unwanted == 0 || poller_.traits().edge) return;
    auto rest = static_cast<std::uint8_t>(d.interest & ~unwanted);
    if (!poller_.change(d, rest)) return;
    d.interest = rest;
    if (rest == 0) polled(d).registered = false;
}

ReadinessEngine::ReadinessEngine(std::unique_ptr<Poller> poller)
    : Engine({.speculates = true,
              .short_receive_drains = poller->traits().short_receive_drains,
              .short_send_drains = poller->traits().short_send_drains,
              .sends_files = sys::sends_files()}),
      poller_(std::move(poller)) {}

ReadinessEngine::~ReadinessEngine() { pool_.bury(); }

Result<Descriptor*> ReadinessEngine::attach(Accepted&& socket, SocketKind kind) {
    Accepted owned(std::move(socket));
    PolledDescriptor* d = pool_.acquire(owned, kind);
    if (d == nullptr) return fail(Errc::not_enough_memory);
    auto admitted = poller_->admit(d->socket, kind != SocketKind::foreign);
    if (!admitted) {
        pool_.recycle(*d);
        return fail(admitted.error());
    }
    (void)owned.take_socket();
    d->socket = *admitted;
    return d;
}

void ReadinessEngine::release(Descriptor& descriptor) noexcept {
    PolledDescriptor& d = polled(descriptor);
    if (d.registered) poller_->remove(d);
    pool_.close(d);
}

void ReadinessEngine::bury() noexcept { pool_.bury(); }

Progress ReadinessEngine::start(Operation& op) noexcept {
    PolledDescriptor& d = polled(*op.descriptor);
    if (op.verb == Verb::wait) [[unlikely]] {
        auto watched = poller_->watch(op);
        if (!watched) {
            op.finish(watched.error());
            return Progress::finished;
        }
        if (*watched == Watched::apart) {
            op.set(Operation::elsewhere);
            return Progress::parked;
        }
    }
    const std::uint8_t bit = bit_of(op);
    if ((d.interest & bit) != 0) return Progress::parked;
    // The first wait registers, for input in any case: its hang-up is news for a sender, too.
    // Not of a foreign socket that is watched for urgent data alone: its owner reads it when it likes.
    const bool adds_input = !d.registered && bit != exceptional;
    auto wanted = static_cast<std::uint8_t>(d.interest | bit | (adds_input ? input : 0));
    auto told = d.registered ? poller_->change(d, wanted) : poller_->add(d, wanted);
    if (!told) {
        op.finish(told.error());
        return Progress::finished;
    }
    d.registered = true;
    d.interest = wanted;
    return Progress::parked;
}

// Nothing of it is in the kernel: it ends at the next wait.
void ReadinessEngine::cancel(Operation& op) noexcept {
    if (op.has(Operation::elsewhere)) return poller_->unwatch(op);
    op.set(Operation::harvested);
    cancelled_.push(op);
    if (op.descriptor->kind == SocketKind::foreign) rest(op);
}

// An edge is said once, so that only a foreign socket has to leave the set. The other direction stays as long as
// somebody waits for its events. Input that was only added for the hang-up goes.
void ReadinessEngine::rest(Operation& op) noexcept {
    PolledDescriptor& d = polled(*op.descriptor);
    const bool foreign = d.kind == SocketKind::foreign;
    if (!d.registered || (poller_->traits().edge && !foreign)) return;
    unsigned left = 0;
    for (const Lane& lane : d.lanes) {
        const Operation* other = lane.first;
        bool waits = other != nullptr && other != &op && other->stage == Stage::in_flight;
        if (waits && !other->has(Operation::harvested)) left |= bit_of(*other);
    }
    // What is closed too early can't be found in the set any more; it is out of it all the same.
    if (!poller_->change(d, static_cast<std::uint8_t>(left)) && !foreign) return;
    d.interest = static_cast<std::uint8_t>(left);
    if (left == 0) d.registered = false;
}

void ReadinessEngine::lost(Descriptor& foreign) noexcept {
    PolledDescriptor& d = polled(foreign);
    if (d.registered) (void)poller_->change(d, 0);
    d.interest = 0;
    d.registered = false;
}

// A poller that was told of urgent data to be warned of short receives is to do without.
Result<void> ReadinessEngine::keep_urgent(Descriptor& stream) noexcept {
    stream.drain_exact = true;
    if (!polled(stream).registered) return {};
    return poller_->change(stream, stream.interest);
}

Result<void> ReadinessEngine::wait(Time until, Harvest& harvest) {
    bool news = !cancelled_.empty();
    while (Operation* op = cancelled_.pop()) harvest.finished(*op, Error{Errc::operation_canceled, 0}, 0);
    ReadySink sink(*poller_, harvest);
    return poller_->wait(news ? Time::min() : until, sink);
}

}  // namespace pier::spi
