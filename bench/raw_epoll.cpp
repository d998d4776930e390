// Level-triggered epoll by hand, in its fastest honest form: one receive and one send per event into one shared
// buffer, and interest changed only while a peer doesn't read. The bound that Pier's epoll engines are measured
// against.
#include <sys/epoll.h>

#include <array>

#include "common/arguments.hpp"
#include "common/echo_step.hpp"

namespace {

struct Connection {
    bench::Socket socket;
    bench::Backlog backlog;
};

class Server {
public:
    explicit Server(std::uint16_t port) : acceptor_(port), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
        if (epoll_ < 0) bench::fail("epoll_create1");
        if (!control(EPOLL_CTL_ADD, acceptor_.socket(), EPOLLIN, nullptr)) bench::fail("epoll_ctl");
    }

    [[noreturn]] void run() {
        for (;;) {
            const int count = ::epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()), -1);
            if (count < 0 && errno != EINTR) bench::fail("epoll_wait");
            for (int i = 0; i < count; ++i) {
                const epoll_event& event = events_[static_cast<std::size_t>(i)];
                if (auto* connection = static_cast<Connection*>(event.data.ptr)) {
                    serve(connection);
                } else {
                    acceptor_.accept_batch([this](bench::Socket accepted) { adopt(accepted); });
                }
            }
        }
    }

private:
    bool control(int operation, bench::Socket socket, std::uint32_t interest, Connection* connection) {
        epoll_event event{};
        event.events = interest;
        event.data.ptr = connection;
        return ::epoll_ctl(epoll_, operation, socket, &event) == 0;
    }

    void adopt(bench::Socket accepted) {
        auto* connection = new Connection{accepted, {}};
        if (!control(EPOLL_CTL_ADD, accepted, EPOLLIN, connection)) drop(connection);
    }

    // Closing also takes the socket out of epoll. No event of the same batch can name it again: each socket has one.
    static void drop(Connection* connection) {
        bench::close_socket(connection->socket);
        delete connection;
    }

    void serve(Connection* connection) {
        const bool was_sending = !connection->backlog.empty();
        const bench::Next next = was_sending ? bench::on_writable(connection->socket, connection->backlog)
                                             : bench::on_readable(connection->socket, connection->backlog, buffer_);
        if (next == bench::Next::close) return drop(connection);
        const bool is_sending = next == bench::Next::send;
        if (is_sending == was_sending) [[likely]]
            return;
        if (!control(EPOLL_CTL_MOD, connection->socket, is_sending ? EPOLLOUT : EPOLLIN, connection)) drop(connection);
    }

    bench::Acceptor acceptor_;
    int epoll_;
    std::array<epoll_event, 512> events_;
    bench::Buffer buffer_;
};

}  // namespace

int main(int argc, char** argv) {
    static Server server(bench::port_argument(argc, argv, "raw_epoll PORT"));
    server.run();
}
