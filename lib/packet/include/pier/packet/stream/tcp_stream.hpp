// One direction of a TCP connection, put in order again.
#pragma once

#include <pier/packet/bytes.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace pier::packet {

// Who takes what a stream carries. Called inside of the stream's members.
class TcpStreamSink {
public:
    TcpStreamSink() = default;
    TcpStreamSink(const TcpStreamSink&) = delete;
    TcpStreamSink& operator=(const TcpStreamSink&) = delete;

    // The next bytes, which are borrowed.
    virtual void take(Bytes bytes) = 0;
    // So many bytes of the stream were not captured. What follows is behind them.
    virtual void miss(std::uint64_t count) = 0;

protected:
    ~TcpStreamSink() = default;
};

// A segment of it. Borrows the payload.
struct TcpSegment {
    std::uint32_t sequence = 0;
    std::uint8_t flags = 0;  // tcp_flag
    Bytes payload;           // as far as it was captured
    std::size_t length = 0;  // of the payload on the wire: at least that of what was captured
};

// Takes segments as they were seen: out of order, twice, overlapping, in part, or not at all (RFC 9293, section 3.10).
// Of bytes that were sent twice the first copy counts. What was sent in between waits for what is missing, until
// somebody gives that up. Urgent data is part of the stream. One thread.
class TcpStream {
public:
    // A stream whose SYN was not seen begins with the first segment that is seen of it.
    void add(const TcpSegment& segment, TcpStreamSink& sink);
    // The peer has acknowledged everything before this number: what is missing of it was not captured, and won't come.
    void acknowledge(std::uint32_t number, TcpStreamSink& sink);
    // Gives up what is missing before the bytes that wait, and no more of it.
    void skip_gap(TcpStreamSink& sink);
    // Gives up all that is missing: nothing comes any more.
    void finish(TcpStreamSink& sink);

    // About the bytes of memory that are taken by what waits, because some before it is missing.
    [[nodiscard]] std::size_t waiting() const noexcept { return waiting_size_; }
    // Everything up to its FIN was taken, or it was reset.
    [[nodiscard]] bool has_ended() const noexcept { return reset_ || (has_end_ && next_ >= end_); }
    [[nodiscard]] bool is_known() const noexcept { return known_; }

private:
    // Of the captured part of a segment. A piece that was cut short ends with bytes that are missing.
    struct Waiting {
        std::vector<std::byte> bytes;
        std::size_t length = 0;
    };

    // Positions count from 2^32 at the first byte, so that what is before it has a position, too.
    [[nodiscard]] std::uint64_t position_of(std::uint32_t sequence) const noexcept;
    void take(std::uint64_t position, Bytes payload, std::size_t length, TcpStreamSink& sink);
    void keep(std::uint64_t position, Bytes payload, std::size_t length);
    void deliver(std::uint64_t position, Bytes payload, std::size_t length, TcpStreamSink& sink);
    void take_waiting(TcpStreamSink& sink);
    void skip_to(std::uint64_t position, TcpStreamSink& sink);

    bool known_ = false;
    bool reset_ = false;
    bool has_end_ = false;
    std::uint32_t next_sequence_ = 0;  // of next_
    std::uint64_t next_ = 0;
    std::uint64_t end_ = 0;  // behind the last byte, once a FIN was seen
    std::map<std::uint64_t, Waiting> waiting_;
    std::size_t waiting_size_ = 0;
};

}  // namespace pier::packet
