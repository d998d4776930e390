// Addresses and the resolver, by raw calls. No step asks a name server.
#include "loopback.hpp"
#include "probes.hpp"

#include <vector>

namespace pier::native {
namespace {

sockaddr_in address(std::uint32_t host, std::uint16_t port) {
    sockaddr_in result = loopback(port);
    result.sin_addr.s_addr = htonl(host);
    return result;
}

Socket listening_on(const sockaddr_in& where) {
    Socket socket = tcp();
    if (bind_to(socket, where) != 0 || listen(socket, 1) != 0) fail("listening");
    return socket;
}

std::string_view second(const sockaddr_in& where) {
    const Socket socket = tcp();
    return done(bind_to(socket, where));
}

NativeVerdict conflicts() {
    const Socket specific = listening_on(loopback());
    Seen seen;
    seen << second(address(INADDR_ANY, port_of(specific)));
    const Socket all = listening_on(address(INADDR_ANY, 0));
    seen << second(loopback(port_of(all)));
    seen << second(address(0x7f000002, port_of(specific)));
    seen << second(address(0xc0000201, 0));  // RFC 5737: nobody's
    return seen;
}

// A short length, no family, a foreign family; and a name into 4 bytes.
NativeVerdict shape() {
    const sockaddr_in good = loopback();
    auto bind_as = [](const void* data, Length size) {
        const Socket socket = tcp();
        return done(::bind(socket, static_cast<const sockaddr*>(data), size));
    };
    Seen seen;
    seen << bind_as(&good, 4);
    sockaddr_in none = good;
    none.sin_family = 77;
    seen << bind_as(&none, sizeof none);
    sockaddr_in6 other{};
    other.sin6_family = AF_INET6;
    other.sin6_addr = in6addr_loopback;
    seen << bind_as(&other, sizeof other);
    const Socket bound = listener();
    sockaddr_storage name{};
    Length size = 4;
    const int result = getsockname(bound, reinterpret_cast<sockaddr*>(&name), &size);
    seen << (result == 0 && size > 4 ? "truncated" : done(result));
    return seen;
}

NativeVerdict ephemeral() {
    std::vector<Socket> all;
    for (int i = 0; i < 20; ++i) {
        all.push_back(udp());
        bind_loopback(all.back());
        for (std::size_t j = 0; j + 1 < all.size(); ++j) {
            if (port_of(all[j]) == port_of(all.back())) return Seen() << "shared";
        }
    }
    return Seen() << "separate";
}

std::string_view look_up(const char* host, const char* service, int flags) {
    addrinfo hints{};
    hints.ai_family = AF_INET;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = flags;
    addrinfo* found = nullptr;
    const int result = getaddrinfo(host, service, &hints, &found);
    if (found != nullptr) freeaddrinfo(found);
    return resolved(result);
}

// 127.1, hexadecimal, one number, octal, a leading blank.
NativeVerdict literals() {
    Seen seen;
    for (const char* text : {"127.1", "0x7f.1", "2130706433", "010.0.0.1", " 127.0.0.1"}) {
        seen << look_up(text, nullptr, AI_NUMERICHOST);
    }
    return seen;
}

// Port 65536, an unknown service, an empty host, localhost.
NativeVerdict errors() {
    Seen seen;
    seen << look_up("127.0.0.1", "65536", AI_NUMERICHOST) << look_up("127.0.0.1", "no-such-service", AI_NUMERICHOST);
    seen << look_up("", "80", AI_NUMERICHOST) << look_up("localhost", "80", 0);
    return seen;
}

}  // namespace

void add_names_probes(Probes& all) {
    all.insert(all.end(), {{"bind-conflicts", conflicts},
                           {"address-shape", shape},
                           {"ephemeral-ports", ephemeral},
                           {"resolver-literals", literals},
                           {"resolver-errors-and-order", errors}});
}

}  // namespace pier::native
