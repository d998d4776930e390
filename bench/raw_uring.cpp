// io_uring by hand: every send is linked to the next receive, so a message costs one completion, and one enter when
// connections are few. Each connection pins its own buffer.
#include "common/arguments.hpp"
#include "common/echo_step.hpp"
#include "common/uring.hpp"

namespace {

struct Connection {
    bench::Socket socket;
    bench::Buffer buffer;
};

class Server {
public:
    explicit Server(std::uint16_t port) : acceptor_(ring_, port) {}

    [[noreturn]] void run() {
        for (;;) {
            ring_.submit_and_wait(1);
            ring_.for_each_completion([this](std::uint64_t tagged, int result, std::uint32_t flags) {
                switch (bench::kind_of(tagged)) {
                    case bench::Kind::accept:
                        acceptor_.completed(result, flags, [this](bench::Socket accepted) { adopt(accepted); });
                        break;
                    case bench::Kind::receive:
                        received(bench::connection_of<Connection>(tagged), result);
                        break;
                    // Only a failed send completes visibly, and then the receive linked to it was cancelled without a
                    // word.
                    case bench::Kind::send:
                        drop(bench::connection_of<Connection>(tagged));
                        break;
                    case bench::Kind::other:
                        break;
                }
            });
        }
    }

private:
    void adopt(bench::Socket accepted) {
        auto* connection = new Connection;  // the buffer's pages stay untouched until they are needed
        connection->socket = accepted;
        receive(connection);
    }

    void drop(Connection* connection) {
        bench::start_close(ring_, connection->socket);
        delete connection;
        acceptor_.descriptor_freed();
    }

    void receive(Connection* connection) {
        io_uring_sqe* entry = ring_.entry();
        ::io_uring_prep_recv(entry, connection->socket, connection->buffer.data(), connection->buffer.size(), 0);
        entry->ioprio |= IORING_RECVSEND_POLL_FIRST;  // the answer can't be there yet: skip the try that would fail
        entry->user_data = bench::tag(connection, bench::Kind::receive);
    }

    void received(Connection* connection, int result) {
        if (result <= 0) return drop(connection);
        ring_.reserve(2);
        io_uring_sqe* entry = ring_.entry();
        ::io_uring_prep_send(entry, connection->socket, connection->buffer.data(), static_cast<std::size_t>(result),
                             MSG_WAITALL | MSG_NOSIGNAL);
        entry->flags |= IOSQE_IO_LINK | IOSQE_CQE_SKIP_SUCCESS;
        entry->user_data = bench::tag(connection, bench::Kind::send);
        receive(connection);
    }

    bench::Uring ring_;
    bench::UringAcceptor acceptor_;
};

}  // namespace

int main(int argc, char** argv) {
    static Server server(bench::port_argument(argc, argv, "raw_uring PORT"));
    server.run();
}
