// Winsock's select by hand. Its fd_set is an array, so the sets are kept dense and copied for each call.
#define FD_SETSIZE 4096
#include <algorithm>
#include <unordered_map>

#include "common/arguments.hpp"
#include "common/echo_step.hpp"

namespace {

constexpr const char* usage =
    "raw_winselect PORT [bare|peer]\n"
    "  peer: asks for the address of each client, and keeps its handle from child processes, as Pier does";

// One of the two sets, with what is needed to take a socket out again at once.
class SocketSet {
public:
    bool empty() const { return set_.fd_count == 0; }

    u_int add(bench::Socket socket) {
        set_.fd_array[set_.fd_count] = socket;
        return set_.fd_count++;
    }

    // Returns the socket that took the place, which is `socket` itself if that was the last.
    bench::Socket remove(u_int place) {
        const bench::Socket last = set_.fd_array[--set_.fd_count];
        return set_.fd_array[place] = last;
    }

    void copy_to(fd_set& other) const {
        other.fd_count = set_.fd_count;
        std::copy_n(set_.fd_array, set_.fd_count, other.fd_array);
    }

private:
    fd_set set_{};
};

struct Connection {
    u_int place = 0;
    bool is_sending = false;
    bench::Backlog backlog;
};

class Server {
public:
    Server(std::uint16_t port, bool knows_peers) : listener_(bench::listen_on(port)), knows_peers_(knows_peers) {
        if (!bench::set_non_blocking(listener_)) bench::fail("FIONBIO");
        receiving_.add(listener_);
    }

    [[noreturn]] void run() {
        for (;;) {
            receiving_.copy_to(readable_);
            sending_.copy_to(writable_);
            const int count = ::select(0, &readable_, sending_.empty() ? nullptr : &writable_, nullptr, nullptr);
            if (count == SOCKET_ERROR) bench::fail("select");
            bool has_new = false;
            for (u_int i = 0; i < readable_.fd_count; ++i) {
                if (readable_.fd_array[i] == listener_) {
                    has_new = true;
                } else {
                    serve(readable_.fd_array[i]);
                }
            }
            for (u_int i = 0; i < writable_.fd_count; ++i) serve(writable_.fd_array[i]);
            if (has_new) accept_batch();
        }
    }

private:
    void accept_batch() {
        for (int taken = 0; taken < 256; ++taken) {
            sockaddr_storage peer;
            int peer_size = sizeof peer;
            const bench::Socket accepted = knows_peers_
                                               ? ::accept(listener_, reinterpret_cast<sockaddr*>(&peer), &peer_size)
                                               : ::accept(listener_, nullptr, nullptr);
            if (accepted == INVALID_SOCKET) {
                if (const int error = bench::last_error(); error == WSAENOTSOCK || error == WSAEINVAL)
                    bench::fail("accept", error);
                return;
            }
            // The two sets together may never outgrow one of them.
            if (connections_.size() + 1 >= FD_SETSIZE || !bench::set_non_blocking(accepted)) {
                bench::close_socket(accepted);
                continue;
            }
            bench::set_no_delay(accepted);
            if (knows_peers_) {
                // Both flags are named: to set only one, the system is first asked for both.
                ::SetHandleInformation(reinterpret_cast<HANDLE>(accepted),
                                       HANDLE_FLAG_INHERIT | HANDLE_FLAG_PROTECT_FROM_CLOSE, 0);
            }
            connections_[accepted].place = receiving_.add(accepted);
        }
    }

    void serve(bench::Socket socket) {
        Connection& connection = connections_.at(socket);
        const bench::Next next = connection.is_sending ? bench::on_writable(socket, connection.backlog)
                                                       : bench::on_readable(socket, connection.backlog, buffer_);
        const bool is_sending = next == bench::Next::send;
        if (next != bench::Next::close && is_sending == connection.is_sending) return;
        leave(connection, socket);
        if (next == bench::Next::close) {
            connections_.erase(socket);
            bench::close_socket(socket);
        } else {
            connection.is_sending = is_sending;
            connection.place = (is_sending ? sending_ : receiving_).add(socket);
        }
    }

    void leave(const Connection& connection, bench::Socket socket) {
        const u_int place = connection.place;
        const bench::Socket moved = (connection.is_sending ? sending_ : receiving_).remove(place);
        if (moved != socket) connections_.at(moved).place = place;
    }

    bench::Socket listener_;
    bool knows_peers_;
    SocketSet receiving_;
    SocketSet sending_;
    fd_set readable_{};
    fd_set writable_{};
    std::unordered_map<bench::Socket, Connection> connections_;
    bench::Buffer buffer_;
};

}  // namespace

int main(int argc, char** argv) {
    const std::uint16_t port = bench::port_argument(argc, argv, usage, 1);
    const std::string_view variant = bench::variant_argument(argc, argv, "bare");
    if (variant != "bare" && variant != "peer") bench::bad_usage(usage);
    const bench::Winsock winsock;
    static Server server(port, variant == "peer");
    server.run();
}
