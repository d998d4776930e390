#include <pier/socket/urgent.hpp>

#include <pier/sys/socket.hpp>
#include <pier/sys/socket/urgent.hpp>

namespace pier {

Result<bool> at_mark(const Stream& stream) {
    if (!stream.valid()) return fail(Errc::not_connected);
    stream.loop()->require_here();
    return sys::at_mark(stream.native_handle());
}

Result<UrgentSource> UrgentSource::open(const Stream& stream) {
    if (!stream.valid()) return fail(Errc::not_connected);
    stream.loop()->require_here();
    if (stream.peer().is_unix()) return fail(Errc::not_supported);
    auto duplicate = sys::duplicate_to_watch(stream.native_handle());
    if (!duplicate) return fail(duplicate.error());
    if (auto kept = stream.loop()->keep_urgent(*stream.descriptor()); !kept) {
        sys::close(*duplicate);
        return fail(kept.error());
    }
    Accepted owned(*duplicate);
    auto watch = Watch::open(*duplicate);
    if (!watch) return fail(watch.error());
    return UrgentSource(std::move(owned), std::move(*watch));
}

Task<Result<std::byte>> UrgentSource::receive(Deadline deadline) const {
    const Deadline until = absolute(deadline);
    bool told = false;
    for (;;) {
        if (!valid()) co_return fail(told ? Errc::operation_canceled : Errc::not_connected);
        auto taken = sys::take_urgent(duplicate_.socket());
        if (!taken) co_return fail(taken.error());
        if (*taken) co_return **taken;
        // The system has told of something, and it is no urgent byte: the connection is over.
        if (told) co_return fail(Errc::end_of_stream);
        spi::WaitAwaiter arrival(until, watch_, false);
        arrival.set(spi::Operation::urgent);
        auto come = co_await arrival;
        if (!come) co_return fail(come.error());
        told = true;
    }
}

void UrgentSource::close() noexcept {
    watch_.close();
    duplicate_ = {};
}

}  // namespace pier
