// select by hand. A descriptor at or above FD_SETSIZE doesn't fit an fd_set: that connection is closed.
#include <sys/select.h>

#include <algorithm>
#include <array>

#include "common/arguments.hpp"
#include "common/echo_step.hpp"

namespace {

class Server {
public:
    explicit Server(std::uint16_t port) : acceptor_(port), highest_(acceptor_.socket()) {
        FD_ZERO(&receiving_);
        FD_ZERO(&sending_);
        FD_SET(acceptor_.socket(), &receiving_);
    }

    [[noreturn]] void run() {
        const bench::Socket listener = acceptor_.socket();
        for (;;) {
            fd_set readable = receiving_;
            fd_set writable = sending_;
            int left = ::select(highest_ + 1, &readable, &writable, nullptr, nullptr);
            if (left < 0) {
                if (errno == EINTR) continue;
                bench::fail("select");
            }
            const bool has_new = FD_ISSET(listener, &readable);
            left -= has_new;
            for (bench::Socket socket = 0; left > 0 && socket <= highest_; ++socket) {
                if (socket == listener) continue;
                if (FD_ISSET(socket, &readable)) {
                    act(socket, bench::on_readable(socket, backlog(socket), buffer_));
                } else if (FD_ISSET(socket, &writable)) {
                    act(socket, bench::on_writable(socket, backlog(socket)));
                } else {
                    continue;
                }
                --left;
            }
            if (has_new) acceptor_.accept_batch([this](bench::Socket accepted) { adopt(accepted); });
        }
    }

private:
    bench::Backlog& backlog(bench::Socket socket) { return backlogs_[static_cast<std::size_t>(socket)]; }

    void adopt(bench::Socket accepted) {
        if (accepted >= FD_SETSIZE) return bench::close_socket(accepted);
        FD_SET(accepted, &receiving_);
        highest_ = std::max(highest_, accepted);
    }

    void act(bench::Socket socket, bench::Next next) {
        FD_CLR(socket, &receiving_);
        FD_CLR(socket, &sending_);
        if (next == bench::Next::receive) {
            FD_SET(socket, &receiving_);
        } else if (next == bench::Next::send) {
            FD_SET(socket, &sending_);
        } else {
            bench::close_socket(socket);
            backlog(socket) = {};
            while (!FD_ISSET(highest_, &receiving_) && !FD_ISSET(highest_, &sending_)) --highest_;
        }
    }

    bench::Acceptor acceptor_;
    bench::Socket highest_;
    fd_set receiving_;
    fd_set sending_;
    std::array<bench::Backlog, FD_SETSIZE> backlogs_;
    bench::Buffer buffer_;
};

}  // namespace

int main(int argc, char** argv) {
    static Server server(bench::port_argument(argc, argv, "raw_select PORT"));
    server.run();
}
