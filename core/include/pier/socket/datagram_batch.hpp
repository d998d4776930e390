// Many datagrams by one call. A system call costs more than a small datagram's way through the kernel: so a socket that
// moves many of them takes what is there at once, and gives what it has at once. On Linux that is recvmmsg(2) and
// sendmmsg(2), UDP_SEGMENT and UDP_GRO of udp(7); on Windows UDP_SEND_MSG_SIZE ("IPPROTO_UDP socket options"). Where
// there is no such call the same functions go one by one.
#pragma once

#include <pier/datagram.hpp>
#include <pier/task.hpp>
#include <pier/time.hpp>

#include <cstddef>
#include <expected>
#include <memory>
#include <span>
#include <vector>

namespace pier {

// A datagram of a batch. As Received, whose rules hold: one of no bytes is one like any other.
struct BatchedDatagram {
    std::span<const std::byte> data;  // in the batch's memory, until the next receive into it
    Endpoint from;                    // the sender; without a family where it has no name
    bool truncated = false;           // it was longer than the batch allows, and the rest of it is lost
};

// The memory for what one receive_many() takes, allocated once. Move-only. Used by one receive at a time, and it has to
// live until that one has ended.
class DatagramBatch {
public:
    // What one call of the system takes here. More of them gain nothing: of 64, the call is a hundredth of the cost.
    static constexpr std::size_t most_datagrams = 64;
    // No UDP datagram is longer than 65,527 bytes; those of Unix-domain sockets may be.
    static constexpr std::size_t longest_datagram = 1U << 20;

    // Room for `count` datagrams of at most `size` bytes each: 1 to most_datagrams, 0 to longest_datagram. Anything
    // else ends the program with a sentence. Throws std::bad_alloc.
    DatagramBatch(std::size_t count, std::size_t size);

    [[nodiscard]] std::size_t capacity() const noexcept { return count_; }
    [[nodiscard]] std::size_t longest() const noexcept { return size_; }

    // What the last receive_many() gave, in order of arrival; nothing after an error.
    [[nodiscard]] std::span<const BatchedDatagram> datagrams() const noexcept { return {views_.data(), came_}; }
    [[nodiscard]] auto begin() const noexcept { return datagrams().begin(); }
    [[nodiscard]] auto end() const noexcept { return datagrams().end(); }
    [[nodiscard]] std::size_t size() const noexcept { return came_; }
    [[nodiscard]] bool empty() const noexcept { return came_ == 0; }
    [[nodiscard]] const BatchedDatagram& operator[](std::size_t index) const noexcept { return views_[index]; }

private:
    friend class BatchReceiver;

    std::unique_ptr<std::byte[]> memory_;
    std::vector<BatchedDatagram> views_;
    std::size_t count_;
    std::size_t size_;
    std::size_t came_ = 0;
    bool was_full_ = false;                       // then there may be more
    Error behind_;                                // what the system has told behind the last datagram that came
    const spi::Descriptor* behind_of_ = nullptr;  // of which socket
};

// Waits for a datagram, and takes besides it what else is there and fits, without waiting. Gives how many: at least
// one. It is one receive among those of the socket, which are served in order: behind a receive that already waits it
// waits, too, and when its turn has come it takes what is there. The socket has to be there when this starts; closing
// it ends the wait. A cancel or a deadline loses no datagram. Errors: as Datagram::receive(). What the system tells
// behind the first datagram is told by the next receive_many() from this socket into the same batch.
[[nodiscard]] Task<Result<std::size_t>> receive_many(const Datagram& socket, DatagramBatch& batch,
                                                     Deadline deadline = {});

struct OutgoingDatagram {
    std::span<const std::byte> data;
    Endpoint to;  // without a family: to the socket's peer
};

// Why a batch did not go completely. `sent` datagrams have gone, from the first one on; the next one is the one that
// has failed, and neither it nor what follows has gone.
struct IncompleteBatch : Error {
    std::size_t sent = 0;
};

// Sends all, in order, and waits where there is no room. Gives how many, which is all of them. Equal ones in a row to
// one receiver go as segments of one message where the system can (UDP_SEGMENT): most of the gain. It is several sends
// of the socket: those of other tasks may come in between where it has to wait. `datagrams`, their bytes and the socket
// have to live until it ends; closing the socket ends it. Errors: as Datagram::send_to() and send(), of the datagram
// with the index `sent`. connection_refused tells of an earlier datagram: this one can be sent again.
[[nodiscard]] Task<std::expected<std::size_t, IncompleteBatch>> send_many(const Datagram& socket,
                                                                          std::span<const OutgoingDatagram> datagrams,
                                                                          Deadline deadline = {});

// Sends `data` cut into datagrams of `each` bytes, of which the last may be shorter, to the peer. The system cuts them
// itself where it can (UDP_SEGMENT, UDP_SEND_MSG_SIZE), up to 64 of them by one call. They go as by send_many() where
// it can't: through a device that does not support it, and on Unix-domain sockets. No data is no datagram. Otherwise as
// send_many(). Errors besides: invalid_argument when `each` is 0.
[[nodiscard]] Task<std::expected<std::size_t, IncompleteBatch>> send_segments(const Datagram& socket,
                                                                              std::span<const std::byte> data,
                                                                              std::size_t each, Deadline deadline = {});
// The same to `to`, which has to live until it ends.
[[nodiscard]] Task<std::expected<std::size_t, IncompleteBatch>> send_segments_to(const Datagram& socket,
                                                                                 std::span<const std::byte> data,
                                                                                 std::size_t each, const Endpoint& to,
                                                                                 Deadline deadline = {});

// A datagram socket that takes what the system has merged (UDP_GRO, udp(7)): consecutive datagrams of one sender and
// one size, which came as one. receive_many() cuts them again, so that they are the same datagrams as ever. It owns its
// socket, and there is no receive() and no way to get the socket back: a plain receive would give merged datagrams as
// one. Move-only; confined to its loop.
class MergingDatagram {
public:
    MergingDatagram() = default;
    MergingDatagram(MergingDatagram&&) noexcept = default;
    MergingDatagram& operator=(MergingDatagram&& other) noexcept;
    ~MergingDatagram() { close(); }

    // Where the system can't merge (merges() says it), what comes is received as ever: Windows, Linux before 5.0,
    // Unix-domain sockets. What already waits in the socket comes as it is. Errors: not_connected when `socket` holds
    // nothing. Throws std::bad_alloc, and the socket is closed.
    [[nodiscard]] static Result<MergingDatagram> over(Datagram socket);

    [[nodiscard]] bool merges() const noexcept { return merges_; }
    [[nodiscard]] bool valid() const noexcept { return socket_.valid(); }
    [[nodiscard]] const Endpoint& local() const noexcept { return socket_.local(); }
    [[nodiscard]] const Endpoint& peer() const noexcept { return socket_.peer(); }
    // Ends pending operations as operation_canceled.
    void close() noexcept;

    // As Datagram's, and as the functions above.
    [[nodiscard]] spi::SendToAwaiter send_to(std::span<const std::byte> data, const Endpoint& to,
                                             Deadline deadline = {}) const noexcept {
        return socket_.send_to(data, to, deadline);
    }
    [[nodiscard]] spi::SendToAwaiter send(std::span<const std::byte> data, Deadline deadline = {}) const noexcept {
        return socket_.send(data, deadline);
    }
    [[nodiscard]] auto send_many(std::span<const OutgoingDatagram> datagrams, Deadline deadline = {}) const {
        return pier::send_many(socket_, datagrams, deadline);
    }
    [[nodiscard]] auto send_segments(std::span<const std::byte> data, std::size_t each, Deadline deadline = {}) const {
        return pier::send_segments(socket_, data, each, deadline);
    }
    [[nodiscard]] auto send_segments_to(std::span<const std::byte> data, std::size_t each, const Endpoint& to,
                                        Deadline deadline = {}) const {
        return pier::send_segments_to(socket_, data, each, to, deadline);
    }

private:
    friend class BatchReceiver;
    struct Apart;

    Datagram socket_;
    std::shared_ptr<Apart> apart_;  // where it merges
    bool merges_ = false;
};

// As above. Where it merges, a message may have 65,535 bytes: the batch needs room for one in all (capacity() *
// longest() of 64 KiB), and takes one for each 64 KiB that it has. One message may be of 64 datagrams and more, so the
// batch may hold more datagrams than its capacity, and none is truncated. Errors besides: no_buffer_space for a batch
// that is too small, before anything is taken.
[[nodiscard]] Task<Result<std::size_t>> receive_many(const MergingDatagram& socket, DatagramBatch& batch,
                                                     Deadline deadline = {});

}  // namespace pier
