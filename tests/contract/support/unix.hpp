// Names of Unix-domain sockets for one case, in a directory that goes with it.
#pragma once

#include "folder.hpp"
#include "harness.hpp"

#include <pier/sys/socket.hpp>
#include <pier/sys/unix_socket.hpp>

#include <filesystem>
#include <string>

namespace contract {

class UnixPlace {
public:
    [[nodiscard]] std::filesystem::path path(const std::string& name = "socket") const { return folder_.path(name); }
    [[nodiscard]] pier::Endpoint at(const std::string& name = "socket") const {
        auto endpoint = pier::Endpoint::unix_path(path(name).string());
        REQUIRE(outcome(endpoint) == Errc::ok);
        return *endpoint;
    }
    [[nodiscard]] bool is_empty() const { return folder_.is_empty(); }

private:
    Folder folder_;
};

// What the system says of such a socket: ok, or the condition that every use of it ends with.
inline Errc unix_support(pier::spi::SocketKind kind = pier::spi::SocketKind::stream) {
    // Libuv makes sockets of TCP alone there.
    if (settings().engine == "uv" && settings().system != "linux") return Errc::address_family_not_supported;
    if (auto ready = pier::sys::start_up(); !ready) return ready.error().condition;
    auto opened = pier::sys::open(pier::Family::unix_domain, kind);
    if (!opened) return opened.error().condition;
    pier::sys::close(*opened);
    return Errc::ok;
}

// Ends a case where the system has no such sockets, and checks that it says so.
inline bool without_unix(pier::spi::SocketKind kind = pier::spi::SocketKind::stream) {
    const Errc said = unix_support(kind);
    if (said == Errc::ok) return false;
    CHECK(said == Errc::address_family_not_supported);
    skip("no Unix-domain sockets of this kind");
    return true;
}

}  // namespace contract
