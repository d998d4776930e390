// At the limit of descriptors: what is closed makes room for what is opened next. And none is left open.
#include "hello.hpp"
#include "pair.hpp"

#include <pier/datagram.hpp>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <iterator>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

using namespace contract;
using pier::Listener;
using pier::Stream;
using pier::TaskScope;

namespace {

// A limit that is soon reached. Before the loop is made: engines may ask once.
class LowLimit {
public:
    LowLimit() {
        REQUIRE(getrlimit(RLIMIT_NOFILE, &before_) == 0);
        rlimit low = before_;
        low.rlim_cur = few;
        REQUIRE(setrlimit(RLIMIT_NOFILE, &low) == 0);
    }
    LowLimit(const LowLimit&) = delete;
    LowLimit& operator=(const LowLimit&) = delete;
    ~LowLimit() { setrlimit(RLIMIT_NOFILE, &before_); }

private:
    static constexpr rlim_t few = 64;
    rlimit before_{};
};

bool libuv() { return settings().engine == "uv"; }

// Every descriptor is taken while it lives; but for one that libuv wants beside the connection that it accepts.
class Shortage {
public:
    Shortage() {
        for (int fd = open("/", O_RDONLY | O_CLOEXEC); fd >= 0; fd = open("/", O_RDONLY | O_CLOEXEC)) {
            taken_.push_back(fd);
        }
        if (libuv()) (void)free_one();
    }
    Shortage(const Shortage&) = delete;
    Shortage& operator=(const Shortage&) = delete;
    ~Shortage() {
        for (int fd : taken_) close(fd);
    }

    // One becomes free. False: there was none left to give.
    bool free_one() {
        if (taken_.empty()) return false;
        close(taken_.back());
        taken_.pop_back();
        return true;
    }

private:
    std::vector<int> taken_;
};

// A client that has its descriptor before it connects.
class LateClient {
public:
    LateClient() : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) { REQUIRE(socket_ >= 0); }
    LateClient(const LateClient&) = delete;
    LateClient& operator=(const LateClient&) = delete;
    ~LateClient() { close(socket_); }

    void connect_to(const pier::Endpoint& endpoint) const {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(endpoint.port());
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        REQUIRE(connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    }

private:
    int socket_;
};

// Leaves behind what an engine keeps of a receive that is given up.
Task<void> receive_nothing(const Stream& stream) {
    auto late = co_await stream.receive(after(1ms));
    CHECK(outcome(late) == Errc::timed_out);
}

Listener listen_here() {
    auto listener = Listener::open(pier::Endpoint::loopback(pier::Family::ipv4));
    REQUIRE(outcome(listener) == Errc::ok);
    return std::move(*listener);
}

// Whether a receive was given up on the streams before they are closed.
bool choose_used() {
    bool used = false;
    SUBCASE("untouched") {}
    SUBCASE("after a receive") { used = true; }
    return used;
}

std::ptrdiff_t open_descriptors() {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator());
}

}  // namespace

TEST_CASE("descriptors: at their limit, who closes a connection can make one in the next line") {
    bool used = choose_used();
    LowLimit limit_of_all;
    on_loop([&]() -> Task<void> {
        Listener listener = listen_here();
        Pair pair = co_await connect_pair(listener);
        Shortage shortage;
        for (int i = 0; i < 20; ++i) {
            CAPTURE(i);
            if (used) {
                co_await receive_nothing(pair.client);
                co_await receive_nothing(pair.server);
            }
            pair.client.close();
            pair.server.close();
            pair = co_await connect_pair(listener);
            co_await say_hello(pair.client);
            co_await receive_hello(pair.server);
        }
    });
}

TEST_CASE("descriptors: at their limit, who closes a connection can open a listener or a datagram socket") {
    bool used = choose_used();
    LowLimit limit_of_all;
    on_loop([&]() -> Task<void> {
        Listener listener = listen_here();
        Pair pair = co_await connect_pair(listener);
        Shortage shortage;
        if (used) {
            co_await receive_nothing(pair.client);
            co_await receive_nothing(pair.server);
        }
        pair.client.close();
        auto datagram = pier::Datagram::open(pier::Endpoint::loopback(pier::Family::ipv4));
        CHECK(outcome(datagram) == Errc::ok);
        pair.server.close();
        Listener another = listen_here();
    });
}

TEST_CASE("descriptors: at their limit, who closes a connection can accept one") {
    if (libuv()) return skip("it closes a connection that it finds no descriptor for");
    bool used = choose_used();
    LowLimit limit_of_all;
    on_loop([&]() -> Task<void> {
        Listener listener = listen_here();
        Pair pair = co_await connect_pair(listener);
        LateClient late;
        Shortage shortage;
        if (used) co_await receive_nothing(pair.server);
        late.connect_to(listener.local());
        co_await turns(3);
        auto none = co_await listener.accept(after(1ms));
        CHECK(outcome(none) == Errc::too_many_files_open);
        pair.server.close();
        Stream accepted = co_await accept_from(listener);
    });
}

TEST_CASE("descriptors: at their limit, an accept that waits gets what was closed before the client came") {
    if (one_at_a_time()) return skip("one operation at a time");
    bool used = choose_used();
    LowLimit limit_of_all;
    on_loop([&]() -> Task<void> {
        Listener listener = listen_here();
        Pair pair = co_await connect_pair(listener);
        Stream accepted;
        auto accept = [&]() -> Task<void> { accepted = co_await accept_from(listener); };
        LateClient late;
        if (used) co_await receive_nothing(pair.server);
        TaskScope scope;
        scope.spawn(accept());
        co_await turns(3);
        Shortage shortage;
        pair.server.close();
        late.connect_to(listener.local());
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(accepted.valid());
    });
}

TEST_CASE("descriptors: at their limit, a loop can't be made, and says why") {
    LowLimit limit_of_all;
    Shortage shortage;
    Errc made = Errc::ok;
    int failures = 0;
    do {
        CAPTURE(failures);
        auto loop = pier::Loop::create(settings().engine);
        made = outcome(loop);
        if (made == Errc::ok) break;
        CHECK(made == Errc::too_many_files_open);
        ++failures;
    } while (shortage.free_one());
    CHECK(made == Errc::ok);
}

TEST_CASE("descriptors: none is left open by a loop whose threads have ended") {
    auto round = [] {
        auto loop = make_loop();
        std::optional<Pair> pair;
        auto meet = [&]() -> Task<void> {
            pair.emplace(co_await connect_pair());
            co_await receive_nothing(pair->server);
        };
        auto part = [&]() -> Task<void> {
            pair.reset();
            co_return;
        };
        for (int i = 0; i < 3; ++i) {
            std::thread([&] { loop->run(meet()); }).join();
            std::ptrdiff_t all = open_descriptors();
            std::thread([&] { loop->run(part()); }).join();
            CHECK(open_descriptors() == all - 2);
        }
        std::thread([&] { loop.reset(); }).join();
    };
    round();  // what a process opens once
    std::ptrdiff_t before = open_descriptors();
    round();
    CHECK(open_descriptors() == before);
}
