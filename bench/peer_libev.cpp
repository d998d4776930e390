// libev, which leaves the socket calls to its user: one ev_io per connection.
#include <ev.h>

#include "common/arguments.hpp"
#include "common/echo_step.hpp"

namespace {

struct Connection {
    ev_io watcher;  // first, so that libev's pointer is a pointer to the whole
    bench::Backlog backlog;
};

bench::Buffer buffer;

void watch(struct ev_loop* loop, Connection* connection, int events) {
    ev_io_stop(loop, &connection->watcher);
    ev_io_set(&connection->watcher, connection->watcher.fd, events);
    ev_io_start(loop, &connection->watcher);
}

void serve(struct ev_loop* loop, ev_io* watcher, int) {
    auto* connection = reinterpret_cast<Connection*>(watcher);
    const bool was_sending = !connection->backlog.empty();
    const bench::Next next = was_sending ? bench::on_writable(watcher->fd, connection->backlog)
                                         : bench::on_readable(watcher->fd, connection->backlog, buffer);
    if (next == bench::Next::close) {
        ev_io_stop(loop, watcher);
        bench::close_socket(watcher->fd);
        delete connection;
        return;
    }
    const bool is_sending = next == bench::Next::send;
    if (is_sending != was_sending) watch(loop, connection, is_sending ? EV_WRITE : EV_READ);
}

void accept(struct ev_loop* loop, ev_io* watcher, int) {
    static_cast<bench::Acceptor*>(watcher->data)->accept_batch([loop](bench::Socket accepted) {
        auto* connection = new Connection{};
        ev_io_init(&connection->watcher, serve, accepted, EV_READ);
        ev_io_start(loop, &connection->watcher);
    });
}

}  // namespace

int main(int argc, char** argv) {
    bench::Acceptor acceptor(bench::port_argument(argc, argv, "peer_libev PORT"));
    struct ev_loop* loop = ev_default_loop(EVBACKEND_EPOLL);
    if (loop == nullptr) bench::fail("ev_default_loop");
    ev_io watcher;
    ev_io_init(&watcher, accept, acceptor.socket(), EV_READ);
    watcher.data = &acceptor;
    ev_io_start(loop, &watcher);
    ev_run(loop, 0);
}
