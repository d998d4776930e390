#include <pier/packet/stream/tcp_stream.hpp>

#include <pier/packet/tcp.hpp>

#include <algorithm>
#include <utility>

namespace pier::packet {
namespace {

// About what a place in the map takes: many short segments must not take more than they are counted for.
constexpr std::size_t cost_of_waiting = 128;

}  // namespace

// The nearest position with this number: sequence numbers begin again after 4 GiB.
std::uint64_t TcpStream::position_of(std::uint32_t sequence) const noexcept {
    const auto distance = static_cast<std::int32_t>(sequence - next_sequence_);
    return next_ + static_cast<std::uint64_t>(static_cast<std::int64_t>(distance));
}

void TcpStream::add(const TcpSegment& segment, TcpStreamSink& sink) {
    const bool opens = (segment.flags & tcp_flag::syn) != 0;
    // The SYN has a number of its own, before the first byte's.
    const std::uint32_t begin = segment.sequence + (opens ? 1U : 0U);
    if (!known_) {
        known_ = true;
        next_sequence_ = begin;
        next_ = std::uint64_t{1} << 32;
    }
    if ((segment.flags & tcp_flag::rst) != 0) {
        // Its bytes, if any, are no part of the stream (RFC 1122, section 4.2.2.12).
        reset_ = true;
        return;
    }
    const std::uint64_t position = position_of(begin);
    if (segment.length > 0) take(position, segment.payload, segment.length, sink);
    if ((segment.flags & tcp_flag::fin) == 0 || has_end_) return;
    has_end_ = true;
    end_ = position + segment.length;
}

void TcpStream::take(std::uint64_t position, Bytes payload, std::size_t length, TcpStreamSink& sink) {
    if (position + length <= next_) return;
    if (position > next_) return keep(position, payload, length);
    deliver(position, payload, length, sink);
    take_waiting(sink);
}

void TcpStream::keep(std::uint64_t position, Bytes payload, std::size_t length) {
    const auto [place, is_new] = waiting_.try_emplace(position);
    Waiting& waiting = place->second;
    if (is_new) waiting_size_ += cost_of_waiting;
    if (payload.size() > waiting.bytes.size()) {
        waiting_size_ += payload.size() - waiting.bytes.size();
        waiting.bytes.assign(payload.begin(), payload.end());
    }
    waiting.length = std::max(waiting.length, length);
}

void TcpStream::deliver(std::uint64_t position, Bytes payload, std::size_t length, TcpStreamSink& sink) {
    if (position + length <= next_) return;
    const std::size_t known = static_cast<std::size_t>(next_ - position);
    const std::size_t had = std::min(known, payload.size());
    const Bytes fresh = payload.subspan(had);
    if (!fresh.empty()) sink.take(fresh);
    const std::size_t missing = length - std::max(payload.size(), known);
    if (missing > 0) sink.miss(missing);
    next_sequence_ += static_cast<std::uint32_t>(position + length - next_);
    next_ = position + length;
}

void TcpStream::take_waiting(TcpStreamSink& sink) {
    while (!waiting_.empty() && waiting_.begin()->first <= next_) {
        const auto first = waiting_.extract(waiting_.begin());
        waiting_size_ -= first.mapped().bytes.size() + cost_of_waiting;
        deliver(first.key(), first.mapped().bytes, first.mapped().length, sink);
    }
}

void TcpStream::skip_to(std::uint64_t position, TcpStreamSink& sink) {
    if (position <= next_) return;
    sink.miss(position - next_);
    next_sequence_ += static_cast<std::uint32_t>(position - next_);
    next_ = position;
    take_waiting(sink);
}

void TcpStream::acknowledge(std::uint32_t number, TcpStreamSink& sink) {
    if (!known_) return;
    std::uint64_t position = position_of(number);
    // The FIN has a number of its own, behind the last byte's.
    if (has_end_) position = std::min(position, end_);
    while (next_ < position) skip_to(waiting_.empty() ? position : std::min(position, waiting_.begin()->first), sink);
}

void TcpStream::skip_gap(TcpStreamSink& sink) {
    if (!waiting_.empty()) skip_to(waiting_.begin()->first, sink);
}

void TcpStream::finish(TcpStreamSink& sink) {
    while (!waiting_.empty()) skip_gap(sink);
    if (has_end_) skip_to(end_, sink);
}

}  // namespace pier::packet
