// The functions of Winsock that belong to a provider.
#include "socket/extensions.hpp"
#include "socket/sockets.hpp"

#include <doctest/doctest.h>

#include <initializer_list>

using pier::Family;

TEST_CASE("extensions: each family's provider is asked") {
    auto loaded = pier::win32::extensions();
    REQUIRE(loaded.has_value());
    for (Family family : {Family::ipv4, Family::ipv6}) {
        const auto& provider = loaded->of(family);
        const bool complete =
            provider.accept != nullptr && provider.connect != nullptr && provider.addresses != nullptr;
        CHECK(complete);
        auto socket = pier::win32::open_socket(family, pier::spi::SocketKind::stream);
        if (!socket) continue;
        auto protocol = pier::win32::protocol_of(*socket);
        REQUIRE(protocol.has_value());
        CHECK(provider.file_handles == ((protocol->dwServiceFlags1 & XP1_IFS_HANDLES) != 0));
        ::closesocket(*socket);
    }
}
