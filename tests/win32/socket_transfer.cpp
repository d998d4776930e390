// Sockets as bytes for another process, which is this one here.
#include "socket/sockets.hpp"

#include <pier/sys/socket.hpp>
#include <pier/sys/socket_transfer.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <string_view>
#include <vector>

using namespace pier;

namespace {

struct Pair {
    SOCKET client = INVALID_SOCKET;
    SOCKET server = INVALID_SOCKET;
};

// Connected, the client's end blocking.
Pair connected() {
    REQUIRE(sys::start_up().has_value());
    auto listener = sys::open(Family::ipv4, spi::SocketKind::listener);
    REQUIRE(listener.has_value());
    REQUIRE(sys::bind(*listener, Endpoint::loopback(Family::ipv4, 0), spi::SocketKind::listener, {}).has_value());
    REQUIRE(sys::listen(*listener, {}).has_value());
    sockaddr_in address{};
    int size = sizeof address;
    REQUIRE(::getsockname(win32::native(*listener), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    Pair pair;
    pair.client = ::socket(AF_INET, SOCK_STREAM, 0);
    const DWORD patience = 10000;  // milliseconds
    ::setsockopt(pair.client, SOL_SOCKET, SO_RCVTIMEO, reinterpret_cast<const char*>(&patience), sizeof patience);
    REQUIRE(::connect(pair.client, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    u_long off = 0;
    ::ioctlsocket(win32::native(*listener), static_cast<long>(FIONBIO), &off);
    pair.server = ::accept(win32::native(*listener), nullptr, nullptr);
    REQUIRE(pair.server != INVALID_SOCKET);
    sys::close(*listener);
    return pair;
}

DWORD own() noexcept { return ::GetCurrentProcessId(); }

}  // namespace

TEST_CASE("socket transfer: the socket lives on in the descriptor that was made of its description") {
    const Pair pair = connected();
    auto description = sys::describe_socket(win32::neutral(pair.server), own());
    REQUIRE(description.has_value());
    CHECK(description->size() == sys::socket_description_size());
    auto made = sys::make_socket(*description);
    REQUIRE(made.has_value());
    ::closesocket(pair.server);

    DWORD flags = HANDLE_FLAG_INHERIT;
    CHECK(::GetHandleInformation(win32::handle(win32::native(*made)), &flags));
    CHECK((flags & HANDLE_FLAG_INHERIT) == 0);
    char byte = 0;
    CHECK(::recv(win32::native(*made), &byte, 1, 0) == SOCKET_ERROR);
    CHECK(::WSAGetLastError() == WSAEWOULDBLOCK);

    REQUIRE(::send(win32::native(*made), "x", 1, 0) == 1);
    CHECK(::recv(pair.client, &byte, 1, 0) == 1);
    CHECK(byte == 'x');
    sys::close(*made);
    CHECK(::recv(pair.client, &byte, 1, 0) == 0);
    ::closesocket(pair.client);
}

TEST_CASE("socket transfer: a listener accepts by each of its descriptors") {
    REQUIRE(sys::start_up().has_value());
    auto listener = sys::open(Family::ipv4, spi::SocketKind::listener);
    REQUIRE(listener.has_value());
    REQUIRE(sys::bind(*listener, Endpoint::loopback(Family::ipv4, 0), spi::SocketKind::listener, {}).has_value());
    REQUIRE(sys::listen(*listener, {}).has_value());
    auto description = sys::describe_socket(*listener, own());
    REQUIRE(description.has_value());
    auto second = sys::make_socket(*description);
    REQUIRE(second.has_value());
    auto name = sys::local_endpoint(*listener);
    REQUIRE(name.has_value());
    auto name_of_second = sys::local_endpoint(*second);
    REQUIRE(name_of_second.has_value());
    CHECK(*name_of_second == *name);
    for (spi::NativeSocket by : {*listener, *second}) {
        sockaddr_in address{};
        int size = sizeof address;
        REQUIRE(::getsockname(win32::native(by), reinterpret_cast<sockaddr*>(&address), &size) == 0);
        const SOCKET client = ::socket(AF_INET, SOCK_STREAM, 0);
        REQUIRE(::connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
        u_long off = 0;
        ::ioctlsocket(win32::native(by), static_cast<long>(FIONBIO), &off);
        const SOCKET accepted = ::accept(win32::native(by), nullptr, nullptr);
        CHECK(accepted != INVALID_SOCKET);
        ::closesocket(accepted);
        ::closesocket(client);
        sys::close(by);
    }
}

TEST_CASE("socket transfer: what is no description, no process and no socket") {
    const Pair pair = connected();
    CHECK(sys::make_socket({}).error() == Errc::invalid_argument);
    std::vector<std::byte> nonsense(sys::socket_description_size());
    CHECK_FALSE(sys::make_socket(nonsense).has_value());
    CHECK_FALSE(sys::describe_socket(win32::neutral(pair.server), 0xFFFFFFF0).has_value());
    CHECK(sys::describe_socket(win32::neutral(pair.server), std::uint64_t{1} << 40).error() == Errc::invalid_argument);
    ::closesocket(pair.client);
    ::closesocket(pair.server);
    CHECK(sys::describe_socket(win32::neutral(pair.server), own()).error() == Errc::not_a_socket);
}
