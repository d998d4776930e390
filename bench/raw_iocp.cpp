// A completion port by hand: a pool of AcceptEx, one receive or send in flight per connection, batches of 64.
// With `skip` (FILE_SKIP_COMPLETION_PORT_ON_SUCCESS) what completes at once queues no packet and is handled here: a
// send on the spot, a receive by way of a ready list, else one busy connection would starve all the others.
#include "common/net.hpp"
// after winsock2.h
#include <mswsock.h>
#include <windows.h>

#include <array>
#include <deque>
#include <string_view>

#include "common/arguments.hpp"

namespace {

constexpr const char* usage = "raw_iocp PORT [skip|noskip]";
constexpr int pending_accepts = 64;
constexpr DWORD address_size = sizeof(sockaddr_in) + 16;

struct Connection : OVERLAPPED {
    enum class Doing { accept, receive, send } doing = Doing::accept;
    bench::Socket socket = INVALID_SOCKET;
    DWORD begin = 0;
    DWORD end = 0;
    std::array<char, 64 * 1024> buffer;

    Connection() : OVERLAPPED{} {}
    WSABUF free_space() { return {static_cast<ULONG>(buffer.size()), buffer.data()}; }
    WSABUF unsent() { return {end - begin, buffer.data() + begin}; }
};

class Server {
public:
    Server(std::uint16_t port, bool skips) : skips_(skips), listener_(bench::listen_on(port)) {
        port_ = ::CreateIoCompletionPort(INVALID_HANDLE_VALUE, nullptr, 0, 1);
        if (port_ == nullptr) bench::fail("CreateIoCompletionPort", static_cast<int>(::GetLastError()));
        GUID id = WSAID_ACCEPTEX;
        DWORD size = 0;
        if (::WSAIoctl(listener_, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, &accept_ex_, sizeof accept_ex_,
                       &size, nullptr, nullptr) != 0) {
            bench::fail("AcceptEx");
        }
        if (!associate(listener_)) bench::fail("associate", static_cast<int>(::GetLastError()));
    }

    [[noreturn]] void run() {
        std::array<OVERLAPPED_ENTRY, 64> entries;
        for (;;) {
            while (accepts_ < pending_accepts && start_accept()) {
            }
            ULONG count = 0;
            const DWORD patience = ready_.empty() ? wait_for_accepts() : 0;
            if (!::GetQueuedCompletionStatusEx(port_, entries.data(), static_cast<ULONG>(entries.size()), &count,
                                               patience, FALSE)) {
                if (const DWORD error = ::GetLastError(); error != WAIT_TIMEOUT) {
                    bench::fail("GetQueuedCompletionStatusEx", static_cast<int>(error));
                }
                count = 0;
            }
            for (std::size_t left = ready_.size(); left > 0; --left) {
                const Ready next = ready_.front();
                ready_.pop_front();
                completed(next.connection, next.bytes, true);
            }
            for (ULONG i = 0; i < count; ++i) {
                auto* connection = static_cast<Connection*>(entries[i].lpOverlapped);
                const bool good = static_cast<LONG>(connection->Internal) >= 0;  // an NTSTATUS
                completed(connection, entries[i].dwNumberOfBytesTransferred, good);
            }
        }
    }

private:
    struct Ready {
        Connection* connection;
        DWORD bytes;
    };

    bool associate(bench::Socket socket) {
        return ::CreateIoCompletionPort(reinterpret_cast<HANDLE>(socket), port_, 0, 0) != nullptr;
    }

    // With accepts missing, because sockets ran out, look again now and then.
    DWORD wait_for_accepts() const { return accepts_ < pending_accepts ? 100 : INFINITE; }

    bool start_accept() {
        auto* connection = new Connection;
        connection->socket = bench::overlapped_socket();
        DWORD received = 0;
        if (connection->socket == INVALID_SOCKET ||
            (!accept_ex_(listener_, connection->socket, connection->buffer.data(), 0, address_size, address_size,
                         &received, connection) &&
             bench::last_error() != ERROR_IO_PENDING)) {
            drop(connection);
            return false;
        }
        ++accepts_;
        return true;
    }

    static void drop(Connection* connection) {
        if (connection->socket != INVALID_SOCKET) bench::close_socket(connection->socket);
        delete connection;
    }

    void completed(Connection* connection, DWORD bytes, bool good) {
        if (connection->doing == Connection::Doing::accept) {
            --accepts_;
            if (!good || !adopt(connection)) return drop(connection);
            return receive(connection);
        }
        if (!good || bytes == 0) return drop(connection);
        if (connection->doing == Connection::Doing::receive) {
            connection->begin = 0;
            connection->end = bytes;
        } else {
            connection->begin += bytes;
        }
        advance(connection);
    }

    bool adopt(Connection* connection) {
        const auto* listener = reinterpret_cast<const char*>(&listener_);
        ::setsockopt(connection->socket, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, listener, sizeof listener_);
        bench::set_no_delay(connection->socket);
        if (!associate(connection->socket)) return false;
        constexpr UCHAR modes = FILE_SKIP_COMPLETION_PORT_ON_SUCCESS | FILE_SKIP_SET_EVENT_ON_HANDLE;
        return !skips_ || ::SetFileCompletionNotificationModes(reinterpret_cast<HANDLE>(connection->socket), modes);
    }

    void advance(Connection* connection) {
        while (connection->begin < connection->end) {
            static_cast<OVERLAPPED&>(*connection) = {};
            connection->doing = Connection::Doing::send;
            WSABUF bytes = connection->unsent();
            DWORD sent = 0;
            const int result = ::WSASend(connection->socket, &bytes, 1, &sent, 0, connection, nullptr);
            if (result != 0 && bench::last_error() != WSA_IO_PENDING) return drop(connection);
            if (result != 0 || !skips_) return;  // a packet will come
            connection->begin += sent;
        }
        receive(connection);
    }

    void receive(Connection* connection) {
        static_cast<OVERLAPPED&>(*connection) = {};
        connection->doing = Connection::Doing::receive;
        WSABUF space = connection->free_space();
        DWORD received = 0;
        DWORD flags = 0;
        const int result = ::WSARecv(connection->socket, &space, 1, &received, &flags, connection, nullptr);
        if (result != 0 && bench::last_error() != WSA_IO_PENDING) return drop(connection);
        if (result == 0 && skips_) ready_.push_back({connection, received});
    }

    bool skips_;
    bench::Socket listener_;
    HANDLE port_ = nullptr;
    LPFN_ACCEPTEX accept_ex_ = nullptr;
    int accepts_ = 0;
    std::deque<Ready> ready_;
};

}  // namespace

int main(int argc, char** argv) {
    const std::uint16_t port = bench::port_argument(argc, argv, usage, 1);
    const std::string_view variant = bench::variant_argument(argc, argv, "skip");
    if (variant != "skip" && variant != "noskip") bench::bad_usage(usage);
    const bench::Winsock winsock;
    Server server(port, variant == "skip");
    server.run();
}
