// One file to whoever connects, by TransmitFile on blocking sockets, one client after the other: what a server of files
// costs at least on Windows. It reads one line and answers nothing but the content, so it is no server of files.
//   raw_transmitfile PORT FILE
#include "common/net_winsock.hpp"
// net_winsock.hpp must come first
#include <mswsock.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace {

// The same as what pier-file-server gives to one send_file().
constexpr long long piece = 1024 * 1024;

// False when the client has gone.
bool send_file(bench::Socket client, const char* path) {
    const HANDLE file =
        ::CreateFileA(path, GENERIC_READ, FILE_SHARE_READ, nullptr, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr);
    LARGE_INTEGER size{};
    if (file == INVALID_HANDLE_VALUE || !::GetFileSizeEx(file, &size)) {
        bench::fail(path, static_cast<int>(::GetLastError()));
    }
    long long sent = 0;
    while (sent < size.QuadPart) {
        const long long part = std::min(size.QuadPart - sent, piece);
        // It sends from the file's position on. Its documentation does not say that it moves it.
        LARGE_INTEGER place{};
        place.QuadPart = sent;
        if (!::SetFilePointerEx(file, place, nullptr, FILE_BEGIN)) {
            bench::fail("SetFilePointerEx", static_cast<int>(::GetLastError()));
        }
        if (!::TransmitFile(client, file, static_cast<DWORD>(part), 0, nullptr, nullptr, 0)) break;
        sent += part;
    }
    ::CloseHandle(file);
    return sent == size.QuadPart;
}

void serve(bench::Socket client, const char* path) {
    std::array<char, 512> request;
    bench::set_no_delay(client);
    if (bench::receive(client, request) > 0 && send_file(client, path)) {
        ::shutdown(client, SD_SEND);
        (void)bench::receive(client, request);
    }
    bench::close_socket(client);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: raw_transmitfile PORT FILE\n");
        return 2;
    }
    const bench::Winsock winsock;
    const bench::Socket listener = bench::listen_on(static_cast<std::uint16_t>(std::atoi(argv[1])));
    std::printf("ready\n");
    std::fflush(stdout);
    for (;;) {
        const bench::Socket client = ::accept(listener, nullptr, nullptr);
        if (client == INVALID_SOCKET) bench::fail("accept");
        serve(client, argv[2]);
    }
}
