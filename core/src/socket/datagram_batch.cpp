#include <pier/socket/datagram_batch.hpp>

#include "operation/operation_tests.hpp"

#include <pier/detail/wait_awaiter.hpp>
#include <pier/spi/limits.hpp>
#include <pier/sys/socket/datagram_batch.hpp>
#include <pier/sys/socket_passing.hpp>
#include <pier/watch.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace pier {

static_assert(DatagramBatch::most_datagrams <= sys::most_datagrams_of_a_call);

// What an engine that reads its sockets itself (uv) does not tell, it tells of a duplicate, as of another's socket.
struct MergingDatagram::Apart {
    spi::Accepted duplicate;
    Watch watch;  // goes first
};

namespace {

using spi::Descriptor;
using spi::Direction;

// Spends the budget of inline work for what was done without an operation, so that a task that never waits gives way to
// others. It may end in a later turn: then the socket is looked at anew.
class Charge : public spi::Awaiter<spi::Operation> {
public:
    Charge(std::size_t datagrams, std::size_t bytes) noexcept
        : Awaiter(Deadline{}, spi::Verb::none),
          operations_(std::min<std::size_t>(1 + datagrams / datagrams_of_an_operation + bytes / bytes_of_an_operation,
                                            spi::limits::inline_operations)) {}
    template <std::derived_from<spi::PromiseBase> P>
    bool await_suspend(std::coroutine_handle<P> handle) noexcept {
        Loop& loop = enter(handle);
        (void)take_deadline();
        for (;;) {
            if (spi::is_parked(loop.end_at_once(*this))) return true;  // the rest of the budget was spent, too
            if (--operations_ == 0) return false;
            rearm();
        }
    }
    void await_resume() const noexcept {}

private:
    // Within a batch a datagram costs a part of what it costs alone (docs/datagrams.md): an eighth of it is the call.
    static constexpr std::size_t datagrams_of_an_operation = 8;
    static constexpr std::size_t bytes_of_an_operation = spi::limits::inline_bytes / spi::limits::inline_operations;
    std::size_t operations_;
};

// Whether the system may be asked at once: nobody waits in that direction, and the answer is not known to be "would
// block". What may not is left to an operation, which gives the right answer: to wait in line, to be cancelled, to be
// refused on another loop.
bool may_try(const spi::Handle& on, Direction side) noexcept {
    Descriptor* d = on.descriptor();
    if (d == nullptr || on.loop() != Loop::current() || on.loop()->running()->stopping()) return false;
    const spi::Lane& lane = d->lane(side);
    return lane.first == nullptr && !lane.drained;
}

}  // namespace

class BatchReceiver {
public:
    // A receive begins. What the system has told behind the last one is its result, and none is in the batch.
    static Error begin(DatagramBatch& batch, const Descriptor* from) noexcept {
        batch.came_ = 0;
        const Error told = std::exchange(batch.behind_, Error{});
        return batch.behind_of_ == from && from != nullptr ? told : Error{};
    }

    // Engines that don't speculate are asked first, unless there was more than fitted.
    static bool may_try(const spi::Handle& on, const DatagramBatch& batch) noexcept {
        return pier::may_try(on, Direction::read) && (on.loop()->traits().speculates || batch.was_full_);
    }

    static std::span<std::byte> first_place(DatagramBatch& batch) noexcept {
        return {batch.memory_.get(), batch.size_};
    }
    static void add(DatagramBatch& batch, const Received& received) noexcept {
        batch.views_[0] = {first_place(batch).first(received.size), received.from, received.truncated};
        batch.came_ = 1;
    }

    // Takes what is there behind what has come.
    static Error take(Descriptor& d, const spi::EngineTraits& traits, DatagramBatch& batch) noexcept {
        std::array<sys::Arrival, DatagramBatch::most_datagrams> places;
        const std::size_t free = batch.count_ - batch.came_;
        for (std::size_t i = 0; i < free; ++i) {
            places[i].room = {batch.memory_.get() + (batch.came_ + i) * batch.size_, batch.size_};
        }
        if (free == 0) return ended(d, traits, batch, {});
        const sys::Batch got = sys::receive_datagrams(d.socket, std::span(places).first(free));
        for (std::size_t i = 0; i < got.count; ++i) {
            sys::Arrival& place = places[i];
            batch.views_[batch.came_++] = {place.room.first(place.size), std::move(place.from), place.truncated};
        }
        return ended(d, traits, batch, got.error);
    }

    // The same of merged ones, from the first place on.
    static Error take_merged(Descriptor& d, const spi::EngineTraits& traits, DatagramBatch& batch) {
        const std::size_t count = merged_places(batch);
        // More than a merged message may have (UDP_MAX_SEGMENTS is 128): what has come must not fail for want of
        // memory.
        if (batch.views_.size() < count * most_merged) batch.views_.resize(count * most_merged);
        std::array<sys::Arrival, DatagramBatch::most_datagrams> places;
        for (std::size_t i = 0; i < count; ++i) {
            places[i].room = {batch.memory_.get() + i * sys::merged_bytes, sys::merged_bytes};
        }
        const sys::Batch got = sys::receive_datagrams(d.socket, std::span(places).first(count));
        for (std::size_t i = 0; i < got.count; ++i) cut(batch, places[i]);
        batch.was_full_ = got.count == count;
        return settled(d, traits, batch, got.error);
    }
    static std::size_t merged_places(const DatagramBatch& batch) noexcept {
        return std::min(batch.count_ * batch.size_ / sys::merged_bytes, DatagramBatch::most_datagrams);
    }

    static const Datagram& socket_of(const MergingDatagram& merging) noexcept { return merging.socket_; }
    static const std::shared_ptr<MergingDatagram::Apart>& apart_of(const MergingDatagram& merging) noexcept {
        return merging.apart_;
    }
    // Ends when there may be something, and the socket is still open.
    static Task<Result<void>> wait(const Datagram& socket, MergingDatagram::Apart& apart, Deadline deadline) {
        Descriptor* d = socket.descriptor();
        spi::WaitAwaiter waiting(deadline, socket, false);
        auto ready = co_await waiting;
        if (!ready && ready.error() == Errc::not_supported) {
            auto watched = watch_apart(apart, d->socket);
            if (!watched) co_return watched;
            d = apart.watch.descriptor();
            spi::WaitAwaiter watching(deadline, apart.watch, false);
            ready = co_await watching;
        }
        if (ready && d->closing) co_return fail(canceled);
        co_return ready;
    }

private:
    static Result<void> watch_apart(MergingDatagram::Apart& apart, spi::NativeSocket socket) {
        if (apart.watch.valid()) return {};
        auto duplicate = sys::duplicate(socket);
        if (!duplicate) return fail(duplicate.error());
        apart.duplicate = spi::Accepted(*duplicate);
        auto watch = Watch::open(apart.duplicate.socket());
        if (!watch) return fail(watch.error());
        apart.watch = std::move(*watch);
        return {};
    }

public:
    static std::size_t bytes_of(const DatagramBatch& batch) noexcept {
        std::size_t bytes = 0;
        for (const BatchedDatagram& datagram : batch) bytes += datagram.data.size();
        return bytes;
    }

private:
    static constexpr std::size_t most_merged = 128;

    static Error ended(Descriptor& d, const spi::EngineTraits& traits, DatagramBatch& batch, Error error) noexcept {
        batch.was_full_ = batch.came_ == batch.count_;
        return settled(d, traits, batch, error);
    }
    // The error, as long as nothing has come.
    static Error settled(Descriptor& d, const spi::EngineTraits& traits, DatagramBatch& batch, Error error) noexcept {
        if (error == Errc::operation_would_block) {
            // The same as of an attempt: the next receive waits for its poller's word.
            if (traits.speculates) d.lane(Direction::read).drained = true;
            return batch.came_ > 0 ? Error{} : error;
        }
        if (batch.came_ == 0) return error;
        batch.behind_ = error;
        batch.behind_of_ = &d;
        return {};
    }
    static void cut(DatagramBatch& batch, const sys::Arrival& message) {
        std::span<const std::byte> rest = message.room.first(message.size);
        do {
            const std::size_t size = message.each == 0 ? rest.size() : std::min(message.each, rest.size());
            const BatchedDatagram datagram{rest.first(size), message.from, message.truncated && size == rest.size()};
            if (batch.came_ == batch.views_.size()) {
                batch.views_.push_back(datagram);
            } else {
                batch.views_[batch.came_] = datagram;
            }
            ++batch.came_;
            rest = rest.subspan(size);
        } while (!rest.empty());
    }
};

DatagramBatch::DatagramBatch(std::size_t count, std::size_t size) : count_(count), size_(size) {
    spi::require(count > 0 && count <= most_datagrams, "a batch has room for 1 to 64 datagrams");
    spi::require(size <= longest_datagram, "a datagram of a batch has 1 MiB at most");
    memory_ = std::make_unique_for_overwrite<std::byte[]>(count * size);
    views_.resize(count);
}

// The descriptor outlives its socket until the end of the turn in which its last operation was delivered, and says then
// that it is closed: so nothing of the socket itself, which may have gone, is looked at behind an await.
Task<Result<std::size_t>> receive_many(const Datagram& socket, DatagramBatch& batch, Deadline deadline) {
    Descriptor* d = socket.descriptor();
    Error error = BatchReceiver::begin(batch, d);
    bool waits = error.condition == Errc::ok;
    const spi::EngineTraits& traits = this_loop().traits();
    if (waits && BatchReceiver::may_try(socket, batch)) {
        error = BatchReceiver::take(*d, traits, batch);
        waits = error == Errc::operation_would_block;
    }
    if (waits) {
        auto first = co_await socket.receive(BatchReceiver::first_place(batch), deadline);
        if (!first) co_return fail(first.error());
        error = {};
        BatchReceiver::add(batch, *first);
        if (!d->closing) error = BatchReceiver::take(*d, traits, batch);
    }
    Charge charge(batch.size(), BatchReceiver::bytes_of(batch));
    co_await charge;
    if (error.condition != Errc::ok) co_return fail(error);
    co_return batch.size();
}

Task<Result<std::size_t>> receive_many(const MergingDatagram& socket, DatagramBatch& batch, Deadline deadline) {
    const Datagram& own = BatchReceiver::socket_of(socket);
    if (!socket.merges()) {
        auto received = co_await receive_many(own, batch, deadline);
        co_return received;
    }
    const auto kept = BatchReceiver::apart_of(socket);  // with the duplicate, which may be closed only behind a wait
    Descriptor* d = own.descriptor();
    Error error = BatchReceiver::begin(batch, d);
    if (BatchReceiver::merged_places(batch) == 0) error = Error{Errc::no_buffer_space, 0};
    bool waits = error.condition == Errc::ok;
    const spi::EngineTraits& traits = this_loop().traits();
    const Deadline until = absolute(deadline);
    if (waits && BatchReceiver::may_try(own, batch)) {
        error = BatchReceiver::take_merged(*d, traits, batch);
        waits = error == Errc::operation_would_block;
    }
    while (waits) {
        auto ready = co_await BatchReceiver::wait(own, *kept, until);
        if (!ready) co_return fail(ready.error());
        error = BatchReceiver::take_merged(*d, traits, batch);
        waits = error == Errc::operation_would_block;
    }
    Charge charge(batch.size(), BatchReceiver::bytes_of(batch));
    co_await charge;
    if (error.condition != Errc::ok) co_return fail(error);
    co_return batch.size();
}

Result<MergingDatagram> MergingDatagram::over(Datagram socket) {
    if (!socket.valid()) return fail(Errc::not_connected);
    MergingDatagram merging;
    merging.socket_ = std::move(socket);
    merging.apart_ = std::make_shared<Apart>();
    merging.merges_ = sys::merge_arrivals(merging.socket_.native_handle()).has_value();
    return merging;
}

MergingDatagram& MergingDatagram::operator=(MergingDatagram&& other) noexcept {
    MergingDatagram moved(std::move(other));
    std::swap(socket_, moved.socket_);
    std::swap(apart_, moved.apart_);
    std::swap(merges_, moved.merges_);
    return *this;
}

void MergingDatagram::close() noexcept {
    socket_.close();
    if (apart_ != nullptr) apart_->watch.close();
}

namespace {

using SentBatch = std::expected<std::size_t, IncompleteBatch>;

// What is to go, as datagrams with an index: a list of them, or one buffer that is cut.
class Outgoing {
public:
    explicit Outgoing(std::span<const OutgoingDatagram> list) noexcept : list_(list), count_(list.size()) {}
    Outgoing(std::span<const std::byte> data, std::size_t each, const Endpoint& to) noexcept
        : data_(data), each_(each), to_(&to), count_(data.size() / each + (data.size() % each != 0 ? 1 : 0)) {}

    [[nodiscard]] std::size_t count() const noexcept { return count_; }
    [[nodiscard]] std::size_t each() const noexcept { return each_; }  // 0 of a list
    [[nodiscard]] std::span<const std::byte> data(std::size_t index) const noexcept {
        return each_ == 0 ? list_[index].data : span_of(index, 1);
    }
    // Null: to the peer.
    [[nodiscard]] const Endpoint* to(std::size_t index) const noexcept {
        const Endpoint& to = each_ == 0 ? list_[index].to : *to_;
        return to.family() == Family::unspecified ? nullptr : &to;
    }
    // Of one that is cut.
    [[nodiscard]] std::span<const std::byte> span_of(std::size_t from, std::size_t count) const noexcept {
        const std::size_t begin = from * each_;
        return data_.subspan(begin, std::min(count * each_, data_.size() - begin));
    }

private:
    std::span<const OutgoingDatagram> list_;
    std::span<const std::byte> data_;
    std::size_t each_ = 0;
    const Endpoint* to_ = nullptr;
    std::size_t count_;
};

// No protocol allows more (RFC 768, over IPv6). What a datagram over IPv4 may have besides is no question here.
constexpr std::size_t longest_plain = sys::most_segment_bytes;

// Nothing stands against sending it. What may be wrong is left to an operation, which says what is.
bool is_plain(const Datagram& socket, std::span<const std::byte> data, const Endpoint* to) noexcept {
    if (data.size() > longest_plain) return false;
    const bool connected = socket.peer().family() != Family::unspecified;
    if (to == nullptr) return connected;
    return !connected && to->is_complete() && to->family() == socket.local().family();
}

// One try from the index on, by datagrams.
sys::Batch send_list(const Datagram& socket, const Outgoing& outgoing, std::size_t from) noexcept {
    std::array<sys::Departure, sys::most_datagrams_of_a_call> list;
    std::size_t count = 0;
    const std::size_t most = std::min(outgoing.count() - from, list.size());
    for (; count < most; ++count) {
        const sys::Departure next{outgoing.data(from + count), outgoing.to(from + count)};
        if (!is_plain(socket, next.data, next.to)) break;
        list[count] = next;
    }
    if (count == 0) return {};
    return sys::send_datagrams(socket.descriptor()->socket, socket.local().family(),
                               std::span<const sys::Departure>(list).first(count));
}

// The same of one buffer that the system cuts; not_supported where it can't, and nothing has gone.
sys::Batch send_cut(const Datagram& socket, const Outgoing& outgoing, std::size_t from) noexcept {
    const std::size_t fit = sys::most_segment_bytes / outgoing.each();
    const std::size_t count = std::min({outgoing.count() - from, sys::most_segments, fit});
    const Endpoint* to = outgoing.to(from);
    const bool is_udp = !socket.local().is_unix();
    if (count < 2 || !is_udp || !is_plain(socket, {}, to)) return {0, Error{Errc::not_supported, 0}};
    const auto sent =
        sys::send_segments(socket.descriptor()->socket, outgoing.span_of(from, count), outgoing.each(), to);
    if (!sent) return {0, sent.error()};
    return {count, {}};
}

Task<SentBatch> send_all(const Datagram& socket, Outgoing outgoing, Deadline deadline) {
    const Deadline until = absolute(deadline);
    const bool was_open = socket.valid();
    bool cuts = outgoing.each() != 0;
    std::size_t sent = 0;
    while (sent < outgoing.count()) {
        if (was_open && !socket.valid()) co_return std::unexpected(IncompleteBatch{canceled, sent});
        if (may_try(socket, Direction::write)) {
            sys::Batch gone{0, Error{Errc::not_supported, 0}};
            if (cuts) gone = send_cut(socket, outgoing, sent);
            if (gone.error == Errc::not_supported) {
                cuts = false;
                gone = send_list(socket, outgoing, sent);
            }
            std::size_t bytes = 0;
            for (std::size_t i = 0; i < gone.count; ++i) bytes += outgoing.data(sent + i).size();
            sent += gone.count;
            const bool failed = gone.error.condition != Errc::ok && gone.error != Errc::operation_would_block;
            if (gone.count > 0 || failed) {
                Charge charge(gone.count, bytes);
                co_await charge;
                if (failed) co_return std::unexpected(IncompleteBatch{gone.error, sent});
                continue;
            }
        }
        // Waits for room, or for its turn, or says what is wrong.
        const std::span<const std::byte> data = outgoing.data(sent);
        const Endpoint* to = outgoing.to(sent);
        Result<void> one;
        if (to == nullptr) {
            one = co_await socket.send(data, until);
        } else {
            one = co_await socket.send_to(data, *to, until);
        }
        if (!one) co_return std::unexpected(IncompleteBatch{one.error(), sent});
        ++sent;
    }
    co_return sent;
}

// As send_all(), of what needs no socket.
Task<SentBatch> end_without(const Datagram& socket, Error error) {
    Charge charge(0, 0);
    const bool open = socket.valid();
    co_await charge;
    if (error.condition == Errc::ok && !open) error = Error{Errc::not_connected, 0};
    if (error.condition != Errc::ok) co_return std::unexpected(IncompleteBatch{error, 0});
    co_return 0;
}

}  // namespace

Task<SentBatch> send_many(const Datagram& socket, std::span<const OutgoingDatagram> datagrams, Deadline deadline) {
    if (datagrams.empty()) return end_without(socket, {});
    return send_all(socket, Outgoing(datagrams), deadline);
}

Task<SentBatch> send_segments_to(const Datagram& socket, std::span<const std::byte> data, std::size_t each,
                                 const Endpoint& to, Deadline deadline) {
    if (each == 0) return end_without(socket, Error{Errc::invalid_argument, 0});
    if (data.empty()) return end_without(socket, {});
    return send_all(socket, Outgoing(data, each, to), deadline);
}

Task<SentBatch> send_segments(const Datagram& socket, std::span<const std::byte> data, std::size_t each,
                              Deadline deadline) {
    static constexpr Endpoint to_the_peer;
    return send_segments_to(socket, data, each, to_the_peer, deadline);
}

}  // namespace pier
