#include "ledger.hpp"

#include <pier/spi/pieces_operation.hpp>
#include <pier/sys/clock.hpp>

#include <utility>

namespace pier::spi {
namespace {

std::size_t direction_of(const Operation& op) noexcept { return static_cast<std::size_t>(op.lane_direction()); }

// A piece of a whole operation that is not the last.
bool goes_on(const Operation& op) noexcept {
    if (op.has(Operation::cancel_requested) || op.has(Operation::deadline_passed)) return false;
    if (!op.has(Operation::whole) || op.error.condition != Errc::ok || op.transferred == 0) return false;
    if (op.has(Operation::vectored)) return op.transferred < static_cast<const PiecesOperation&>(op).rest;
    return op.transferred < op.length || static_cast<const WholeOperation&>(op).rest != 0;
}

}  // namespace

Ledger& Ledger::of_process() noexcept {
    static Ledger ledger;
    return ledger;
}

void Ledger::set_sink(TraceSink sink) noexcept {
    std::lock_guard lock(mutex_);
    sink_ = sink;
}

Ledger::Socket* Ledger::find(const Descriptor* d) noexcept {
    auto found = sockets_.find(d);
    return found == sockets_.end() ? nullptr : &found->second;
}

void Ledger::tell(TraceStep step) {
    step.time = sys::now();
    if (sink_ != nullptr) sink_(step);
}

void Ledger::attached(const Descriptor& d, std::string_view kind) {
    std::lock_guard lock(mutex_);
    auto count = counts_.emplace(kind, 0).first;
    std::string name(kind);
    if (++count->second > 1) name += " " + std::to_string(count->second);
    sockets_[&d] = {.name = name};
    tell({.moment = Moment::attached, .socket = std::move(name)});
}

void Ledger::released(const Descriptor& d) {
    std::lock_guard lock(mutex_);
    auto found = sockets_.find(&d);
    if (found == sockets_.end()) return;
    std::string name = std::move(found->second.name);
    sockets_.erase(found);
    tell({.moment = Moment::released, .socket = std::move(name)});
}

void Ledger::meet(Socket& socket, const Operation& op) {
    const Operation*& known = socket.under_way[direction_of(op)];
    if (std::exchange(known, &op) == &op) return;
    tell({.moment = Moment::started, .verb = op.verb, .socket = socket.name});
}

void Ledger::met(const Operation& op) {
    std::lock_guard lock(mutex_);
    if (Socket* socket = find(op.descriptor)) meet(*socket, op);
}

void Ledger::tells(Moment moment, const Operation& op, std::uint8_t bits) {
    std::lock_guard lock(mutex_);
    if (Socket* socket = find(op.descriptor)) {
        tell({.moment = moment, .verb = op.verb, .bits = bits, .socket = socket->name});
    }
}

void Ledger::tells(Moment moment, const Descriptor& d, std::uint8_t bits) {
    std::lock_guard lock(mutex_);
    if (Socket* socket = find(&d)) tell({.moment = moment, .bits = bits, .socket = socket->name});
}

void Ledger::waited(std::size_t count, bool polled) {
    std::lock_guard lock(mutex_);
    tell({.moment = Moment::waited, .polled = polled, .count = count});
}

void Ledger::ended(const Operation& op, Ending how) {
    std::lock_guard lock(mutex_);
    Socket* socket = find(op.descriptor);
    // Told already: an engine may try what it is asked for, and report how that ended.
    if (socket == nullptr || socket->under_way[direction_of(op)] != &op) return;
    if (how == Ending::reported) tell({.moment = Moment::completion, .verb = op.verb, .socket = socket->name});
    const bool more = goes_on(op);
    if (!more) socket->under_way[direction_of(op)] = nullptr;
    tell({.moment = more ? Moment::moved : Moment::completed,
          .verb = op.verb,
          .at_once = how == Ending::at_once,
          .socket = socket->name,
          .count = op.transferred,
          .error = op.error});
}

void Ledger::look_at(const std::vector<Descriptor*>& sockets) {
    std::lock_guard lock(mutex_);
    for (const Descriptor* d : sockets) {
        Socket* socket = find(d);
        if (socket == nullptr) continue;
        for (std::size_t direction = 0; direction < 2; ++direction) {
            const Operation* op = d->lanes[direction].first;
            if (op == nullptr) {
                socket->under_way[direction] = nullptr;  // it has ended without its engine
            } else if (op->stage == Stage::in_flight) {
                meet(*socket, *op);
            }
        }
    }
}

}  // namespace pier::spi
