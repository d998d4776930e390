// io_uring by hand: one multishot receive per connection into a shared ring of 64 KiB buffers, so an idle connection
// pins none. A send is first tried without waiting and without a completion for its success: when the enter that
// submitted it returns, it is over, and its buffer goes back. Waiting for a completion only to recycle the buffer would
// double the enters. Only a send that failed so, because its peer doesn't read, is repeated as one that waits.
#include <sys/mman.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "common/arguments.hpp"
#include "common/echo_step.hpp"
#include "common/uring.hpp"

namespace {

constexpr unsigned buffer_count = 1024;
constexpr unsigned short buffer_group = 0;

void* pages(std::size_t bytes) {
    void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) bench::fail("mmap");
    return memory;
}

// The buffers that the kernel picks from when data arrives.
class BufferRing {
public:
    explicit BufferRing(bench::Uring& ring)
        : ring_(static_cast<io_uring_buf_ring*>(pages(buffer_count * sizeof(io_uring_buf)))),
          memory_(static_cast<char*>(pages(buffer_count * bench::buffer_size))) {
        io_uring_buf_reg registration{};
        registration.ring_addr = reinterpret_cast<std::uintptr_t>(ring_);
        registration.ring_entries = buffer_count;
        registration.bgid = buffer_group;
        if (const int error = ::io_uring_register_buf_ring(ring.get(), &registration, 0)) {
            bench::fail("io_uring_register_buf_ring", -error);
        }
        ::io_uring_buf_ring_init(ring_);
        for (unsigned i = 0; i < buffer_count; ++i) give_back(static_cast<unsigned short>(i));
        publish();
    }

    char* at(unsigned short id) const { return memory_ + id * bench::buffer_size; }

    void give_back(unsigned short id) {
        ::io_uring_buf_ring_add(ring_, at(id), bench::buffer_size, id, ::io_uring_buf_ring_mask(buffer_count),
                                returned_++);
    }

    bool publish() {
        if (returned_ == 0) return false;
        ::io_uring_buf_ring_advance(ring_, returned_);
        returned_ = 0;
        return true;
    }

private:
    io_uring_buf_ring* ring_;
    char* memory_;
    int returned_ = 0;
};

struct Segment {
    unsigned short buffer;
    unsigned begin;
    unsigned end;
};

// A peer that doesn't read may hold about this many buffers before it isn't read from either.
constexpr std::size_t most_segments = 8;

enum class Receiving : std::uint8_t { no, yes, ending };
enum class Sending : std::uint8_t { no, trying, waiting };

struct Connection {
    explicit Connection(bench::Socket accepted) : socket(accepted) {}

    bench::Socket socket;
    Receiving receiving = Receiving::no;
    Sending sending = Sending::no;
    bool input_ended = false;
    bool failed = false;
    bool is_starved = false;      // ended for want of buffers, in Server::starved_
    bool is_touched = false;      // in Server::touched_
    std::vector<Segment> output;  // the first is on its way while `sending` isn't no
};

class Server {
public:
    explicit Server(std::uint16_t port) : buffers_(ring_), acceptor_(ring_, port) {}

    [[noreturn]] void run() {
        for (;;) {
            // No wait while the success of a tried send, which is silent, allows progress.
            const bool can_go_on = awaits_sends_ || (!starved_.empty() && !tried_.empty());
            ring_.submit_and_wait(can_go_on ? 0 : 1);
            awaits_sends_ = false;
            if (::io_uring_cq_has_overflow(ring_.get())) ::io_uring_get_events(ring_.get());
            const bool all_visible = ::io_uring_sq_ready(ring_.get()) == 0 && !::io_uring_cq_has_overflow(ring_.get());
            ring_.for_each_completion([this](std::uint64_t tagged, int result, std::uint32_t flags) {
                auto* connection = bench::connection_of<Connection>(tagged);
                switch (bench::kind_of(tagged)) {
                    case bench::Kind::accept:
                        acceptor_.completed(result, flags, [this](bench::Socket accepted) { adopt(accepted); });
                        break;
                    case bench::Kind::receive:
                        received(connection, result, flags);
                        break;
                    case bench::Kind::send:
                        sent(connection, result);
                        break;
                    case bench::Kind::other:
                        break;
                }
            });
            if (all_visible) confirm_tried();
            advance_touched();
            if (buffers_.publish()) retry_starved();
        }
    }

private:
    void adopt(bench::Socket accepted) { receive(new Connection(accepted)); }

    void receive(Connection* connection) {
        io_uring_sqe* entry = ring_.entry();
        ::io_uring_prep_recv_multishot(entry, connection->socket, nullptr, 0, 0);
        entry->flags |= IOSQE_BUFFER_SELECT;
        entry->buf_group = buffer_group;
        entry->ioprio |= IORING_RECVSEND_POLL_FIRST;
        entry->user_data = bench::tag(connection, bench::Kind::receive);
        connection->receiving = Receiving::yes;
    }

    void received(Connection* connection, int result, std::uint32_t flags) {
        touch(connection);
        if ((flags & IORING_CQE_F_MORE) == 0) connection->receiving = Receiving::no;
        if (result > 0) {
            const auto buffer = static_cast<unsigned short>(flags >> IORING_CQE_BUFFER_SHIFT);
            connection->output.push_back({buffer, 0, static_cast<unsigned>(result)});
        } else if (result == 0) {
            connection->input_ended = true;
        } else if (result == -ENOBUFS) {
            connection->is_starved = true;
            starved_.push_back(connection);
        } else if (result != -ECANCELED) {
            fail(connection);
        }
    }

    void start_send(Connection* connection, Sending how) {
        const Segment& segment = connection->output.front();
        const int patience = how == Sending::trying ? MSG_DONTWAIT : 0;
        io_uring_sqe* entry = ring_.entry();
        ::io_uring_prep_send(entry, connection->socket, buffers_.at(segment.buffer) + segment.begin,
                             segment.end - segment.begin, MSG_WAITALL | MSG_NOSIGNAL | patience);
        entry->user_data = bench::tag(connection, bench::Kind::send);
        if (how == Sending::trying) {
            entry->flags |= IOSQE_CQE_SKIP_SUCCESS;
            tried_.push_back(connection);
        }
        connection->sending = how;
    }

    void sent(Connection* connection, int result) {
        touch(connection);
        const bool tried = std::exchange(connection->sending, Sending::no) == Sending::trying;
        if (tried) std::erase(tried_, connection);
        if (result == -EAGAIN && tried) result = 0;
        if (result < 0) return fail(connection);
        Segment& segment = connection->output.front();
        segment.begin += static_cast<unsigned>(result);
        if (segment.begin == segment.end) return pop_segment(connection);
        if (!tried) return fail(connection);
        start_send(connection, Sending::waiting);
    }

    // Failed tries have completed and left the list by now; these have sent all of their segment.
    void confirm_tried() {
        for (Connection* connection : tried_) {
            connection->sending = Sending::no;
            pop_segment(connection);
            touch(connection);
        }
        tried_.clear();
    }

    void pop_segment(Connection* connection) {
        buffers_.give_back(connection->output.front().buffer);
        connection->output.erase(connection->output.begin());
    }

    // Ends what is in flight; the connection is dropped when that has completed.
    void fail(Connection* connection) {
        connection->failed = true;
        ::shutdown(connection->socket, SHUT_RDWR);
    }

    void touch(Connection* connection) {
        if (std::exchange(connection->is_touched, true)) return;
        touched_.push_back(connection);
    }

    void advance_touched() {
        for (Connection* connection : touched_) {
            connection->is_touched = false;
            advance(connection);
        }
        touched_.clear();
    }

    void advance(Connection* connection) {
        if (connection->sending == Sending::no) {
            const bool is_done = connection->failed || (connection->input_ended && connection->output.empty());
            if (is_done && connection->receiving == Receiving::no) return drop(connection);
            if (!connection->failed && !connection->output.empty()) start_send(connection, Sending::trying);
        }
        const bool awaits_send = connection->output.size() > 1 || connection->input_ended || connection->failed;
        if (connection->sending == Sending::trying && awaits_send) awaits_sends_ = true;
        if (connection->failed) return;
        const bool is_full = connection->output.size() >= most_segments;
        if (connection->receiving == Receiving::yes && is_full) {
            cancel_receive(connection);
        } else if (connection->receiving == Receiving::no && !is_full && !connection->input_ended &&
                   !connection->is_starved) {
            receive(connection);
        }
    }

    void cancel_receive(Connection* connection) {
        io_uring_sqe* entry = ring_.entry();
        ::io_uring_prep_cancel64(entry, bench::tag(connection, bench::Kind::receive), 0);
        entry->flags |= IOSQE_CQE_SKIP_SUCCESS;
        entry->user_data = bench::tag(nullptr, bench::Kind::other);
        connection->receiving = Receiving::ending;
    }

    void drop(Connection* connection) {
        for (const Segment& segment : connection->output) buffers_.give_back(segment.buffer);
        if (connection->is_starved) std::erase(starved_, connection);
        bench::start_close(ring_, connection->socket);
        delete connection;
        acceptor_.descriptor_freed();
    }

    void retry_starved() {
        for (Connection* connection : starved_) {
            connection->is_starved = false;
            touch(connection);
        }
        starved_.clear();
        advance_touched();
    }

    bench::Uring ring_;
    BufferRing buffers_;
    bench::UringAcceptor acceptor_;
    std::vector<Connection*> tried_;
    std::vector<Connection*> touched_;
    std::vector<Connection*> starved_;
    bool awaits_sends_ = false;
};

}  // namespace

int main(int argc, char** argv) {
    static Server server(bench::port_argument(argc, argv, "raw_uring_multishot PORT"));
    server.run();
}
