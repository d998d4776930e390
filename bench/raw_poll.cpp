// poll by hand: a dense array, walked backwards so that the last entry can take the place of a closed one.
#include <poll.h>

#include <vector>

#include "common/arguments.hpp"
#include "common/echo_step.hpp"

namespace {

class Server {
public:
    explicit Server(std::uint16_t port) : acceptor_(port), polled_{{acceptor_.socket(), POLLIN, 0}}, backlogs_(1) {}

    [[noreturn]] void run() {
        for (;;) {
            int left = ::poll(polled_.data(), polled_.size(), -1);
            if (left < 0 && errno != EINTR) bench::fail("poll");
            const bool has_new = left > 0 && polled_[0].revents != 0;
            left -= has_new;
            for (std::size_t i = polled_.size(); --i > 0 && left > 0;) {
                if (polled_[i].revents == 0) continue;
                --left;
                serve(i);
            }
            if (has_new) acceptor_.accept_batch([this](bench::Socket accepted) { adopt(accepted); });
        }
    }

private:
    void adopt(bench::Socket accepted) {
        polled_.push_back({accepted, POLLIN, 0});
        backlogs_.emplace_back();
    }

    void serve(std::size_t i) {
        const bench::Next next = polled_[i].events == POLLOUT
                                     ? bench::on_writable(polled_[i].fd, backlogs_[i])
                                     : bench::on_readable(polled_[i].fd, backlogs_[i], buffer_);
        if (next == bench::Next::close) return drop(i);
        polled_[i].events = next == bench::Next::send ? POLLOUT : POLLIN;
    }

    void drop(std::size_t i) {
        bench::close_socket(polled_[i].fd);
        polled_[i] = polled_.back();
        std::swap(backlogs_[i], backlogs_.back());
        polled_.pop_back();
        backlogs_.pop_back();
    }

    bench::Acceptor acceptor_;
    std::vector<pollfd> polled_;
    std::vector<bench::Backlog> backlogs_;
    bench::Buffer buffer_;
};

}  // namespace

int main(int argc, char** argv) {
    static Server server(bench::port_argument(argc, argv, "raw_poll PORT"));
    server.run();
}
