// The attempts of the platform seam, told: they stand before the backend's own, which they call by their other names.
#include "ledger.hpp"

#include <pier/tool/plain_attempt.hpp>

namespace pier::sys {
namespace {

template <class Call>
Attempt told(spi::Operation& op, Call call) noexcept {
    spi::Ledger& ledger = spi::Ledger::of_process();
    ledger.met(op);
    ledger.tells(spi::Moment::tried, op);
    const Attempt result = call();
    if (result == Attempt::done) {
        ledger.ended(op, spi::Ledger::Ending::tried);
    } else {
        ledger.tells(spi::Moment::would_block, op);
    }
    return result;
}

}  // namespace

Attempt attempt(spi::Operation& op) noexcept {
    return told(op, [&] { return plain_attempt(op); });
}

Attempt attempt_receive(spi::Operation& op) noexcept {
    return told(op, [&] { return plain_attempt_receive(op); });
}

Attempt attempt_send(spi::Operation& op) noexcept {
    return told(op, [&] { return plain_attempt_send(op); });
}

Attempt connect_start(spi::AddressedOperation& op) noexcept {
    return told(op, [&] { return plain_connect_start(op); });
}

Attempt connect_result(spi::AddressedOperation& op) noexcept {
    return told(op, [&] { return plain_connect_result(op); });
}

}  // namespace pier::sys
