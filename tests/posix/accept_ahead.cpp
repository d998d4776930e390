// What a listener that accepts nothing ahead leaves in the system's queue.
#include "harness.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <vector>

using namespace contract;
using pier::Listener;
using pier::Stream;

namespace {

// Clients of blocking sockets: the system completes their connects without the loop.
class Clients {
public:
    Clients() = default;
    Clients(const Clients&) = delete;
    Clients& operator=(const Clients&) = delete;
    ~Clients() {
        for (int fd : all_) close(fd);
    }
    void connect_to(const pier::Endpoint& endpoint) {
        all_.push_back(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(endpoint.port());
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        REQUIRE(connect(all_.back(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    }

private:
    std::vector<int> all_;
};

// Linux tells it of a listener in this field (tcp(7), sock_diag(7)).
unsigned queued(const Listener& listener) {
    tcp_info info{};
    socklen_t length = sizeof info;
    REQUIRE(getsockopt(static_cast<int>(listener.native_handle()), IPPROTO_TCP, TCP_INFO, &info, &length) == 0);
    return info.tcpi_unacked;
}

Listener listen_on_demand() {
    auto listener = Listener::open(pier::Endpoint::loopback(pier::Family::ipv4), {.accept_ahead = false});
    REQUIRE(outcome(listener) == Errc::ok);
    return std::move(*listener);
}

}  // namespace

TEST_CASE("accept ahead: without it, a connection leaves the system's queue for an accept that waits, and else not") {
    // libuv has one of them always.
    const unsigned held = settings().engine == "uv" ? 1 : 0;
    on_loop([&]() -> Task<void> {
        Listener listener = listen_on_demand();
        Clients clients;
        for (int i = 0; i < 4; ++i) clients.connect_to(listener.local());
        co_await turns();
        CHECK(queued(listener) == 4 - held);
        for (unsigned left = 4; left-- > 0;) {
            CAPTURE(left);
            auto stream = co_await listener.accept(limit());
            REQUIRE(outcome(stream) == Errc::ok);
            co_await turns();
            CHECK(queued(listener) == (left > held ? left - held : 0));
        }
        auto none = co_await listener.accept(after(1ms));
        CHECK(outcome(none) == Errc::timed_out);
        for (int i = 0; i < 3; ++i) clients.connect_to(listener.local());
        co_await turns();
        CHECK(queued(listener) == 3 - held);
        auto stream = co_await listener.accept(limit());
        CHECK(outcome(stream) == Errc::ok);
    });
}

TEST_CASE("accept ahead: without it, an accept that waits gets the client that comes, and a cancelled one nobody") {
    if (one_at_a_time()) return skip("one operation at a time");
    on_loop([&]() -> Task<void> {
        Listener listener = listen_on_demand();
        Clients clients;
        for (bool cancelled : {false, true, false}) {
            CAPTURE(cancelled);
            Errc result = Errc::unexpected;
            auto accept = [&]() -> Task<void> {
                auto stream = co_await listener.accept(limit());
                result = outcome(stream);
            };
            pier::TaskScope scope;
            scope.spawn(accept());
            co_await turns();
            if (cancelled) {
                scope.cancel();
            } else {
                clients.connect_to(listener.local());
            }
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
            CHECK(result == (cancelled ? Errc::operation_canceled : Errc::ok));
        }
    });
}
