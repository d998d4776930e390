#pragma once
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <utility>

namespace bench {

using Socket = int;

inline int last_error() { return errno; }
inline bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

[[noreturn]] inline void fail(const char* what, int error = last_error()) {
    std::fprintf(stderr, "%s: %s\n", what, std::strerror(error));
    std::exit(1);
}

inline std::ptrdiff_t receive(Socket socket, std::span<char> into) {
    return ::recv(socket, into.data(), into.size(), 0);
}

inline std::ptrdiff_t send(Socket socket, std::span<const char> bytes) {
    return ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

inline void close_socket(Socket socket) { ::close(socket); }

enum class Blocking { no, yes };

// A listener on the loopback address. Accepted sockets inherit TCP_NODELAY from it on Linux, which saves a call each.
inline Socket listen_on(std::uint16_t port, Blocking blocking = Blocking::no) {
    const int kind = SOCK_STREAM | SOCK_CLOEXEC | (blocking == Blocking::no ? SOCK_NONBLOCK : 0);
    const Socket listener = ::socket(AF_INET, kind, 0);
    if (listener < 0) fail("socket");
    const int one = 1;
    if (::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0) fail("SO_REUSEADDR");
    if (::setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) != 0) fail("TCP_NODELAY");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail("bind");
    if (::listen(listener, 4096) != 0) fail("listen");
    return listener;
}

// A non-blocking listener that survives running out of descriptors: a level-triggered wait would otherwise report the
// connection it can't take for ever, so one descriptor is kept back to take it with and refuse it.
class Acceptor {
public:
    explicit Acceptor(std::uint16_t port) : listener_(listen_on(port)), spare_(open_spare()) {}
    Acceptor(const Acceptor&) = delete;
    Acceptor& operator=(const Acceptor&) = delete;
    ~Acceptor() {
        close_socket(listener_);
        if (spare_ >= 0) ::close(spare_);
    }

    Socket socket() const { return listener_; }

    // Takes what is queued, bounded so that a flood of connections can't keep the others waiting.
    template <class Adopt>
    void accept_batch(Adopt&& adopt) {
        for (int taken = 0; taken < 256; ++taken) {
            const Socket accepted = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
            if (accepted >= 0) {
                adopt(accepted);
                continue;
            }
            switch (const int error = errno) {
                case EAGAIN:
                    return;
                case EMFILE:
                case ENFILE:
                    refuse_one();
                    continue;
                case EBADF:
                case EINVAL:
                case ENOTSOCK:
                case EOPNOTSUPP:
                    fail("accept4", error);
                default:
                    continue;  // the failure of that one connection
            }
        }
    }

private:
    static int open_spare() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

    void refuse_one() {
        if (spare_ >= 0) ::close(std::exchange(spare_, -1));
        const Socket refused = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (refused >= 0) close_socket(refused);
        spare_ = open_spare();
    }

    Socket listener_;
    int spare_;
};

}  // namespace bench
