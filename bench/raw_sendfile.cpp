// One file to whoever connects, by sendfile(2) on blocking sockets, one client after the other: what a server of files
// costs at least. It reads one line and answers nothing but the content, so it is no server of files.
//   raw_sendfile PORT FILE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace {

// The same as what pier-file-server gives to one send_file().
constexpr std::size_t piece = 1024 * 1024;

[[noreturn]] void fail(const char* what) {
    std::perror(what);
    std::exit(1);
}

int listen_on(std::uint16_t port) {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(port);
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (listener < 0) fail("socket");
    if (::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) fail("setsockopt");
    if (::bind(listener, reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0) fail("bind");
    if (::listen(listener, 64) != 0) fail("listen");
    return listener;
}

// False when the client has gone.
bool send_file(int client, const char* path) {
    const int file = ::open(path, O_RDONLY | O_CLOEXEC);
    struct stat status {};
    if (file < 0 || ::fstat(file, &status) != 0) fail(path);
    off_t offset = 0;
    while (offset < status.st_size) {
        const auto left = static_cast<std::size_t>(status.st_size - offset);
        if (::sendfile(client, file, &offset, std::min(left, piece)) <= 0 && errno != EINTR) break;
    }
    ::close(file);
    return offset == status.st_size;
}

void serve(int client, const char* path) {
    const int on = 1;
    char request[512];
    (void)::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::recv(client, request, sizeof request, 0) > 0 && send_file(client, path)) {
        ::shutdown(client, SHUT_WR);
        (void)::recv(client, request, sizeof request, 0);
    }
    ::close(client);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: raw_sendfile PORT FILE\n");
        return 2;
    }
    std::signal(SIGPIPE, SIG_IGN);
    const int listener = listen_on(static_cast<std::uint16_t>(std::atoi(argv[1])));
    std::printf("ready\n");
    std::fflush(stdout);
    for (;;) {
        const int client = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (client < 0 && errno != EINTR) fail("accept");
        if (client >= 0) serve(client, argv[2]);
    }
}
