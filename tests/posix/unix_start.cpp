// Servers that begin at the same moment, at a path where a dead one has left its socket.
#include "child.hpp"

#include "engine.hpp"
#include "unix.hpp"

#include <pier/listener.hpp>
#include <pier/stream.hpp>

#include <doctest/doctest.h>

#include <unistd.h>
#include <memory>
#include <string_view>
#include <vector>

using namespace std::chrono_literals;
using contract::outcome;
using pier::Errc;

namespace {

constexpr int servers = 4;
constexpr int rounds = 25;

void leave_behind(const pier::Endpoint& at) {
    auto socket = pier::sys::open(at.family(), pier::spi::SocketKind::listener);
    REQUIRE(outcome(socket) == Errc::ok);
    REQUIRE(outcome(pier::sys::bind(*socket, at, pier::spi::SocketKind::listener, {})) == Errc::ok);
    pier::sys::close(*socket);
}

// Says in a letter what came of it, and keeps what it has.
class Server {
public:
    Server(const pier::Endpoint& at, posix::Pipe& start)
        : child_([this, &at, &start] {
              start.close_writer();
              char letter = 0;
              if (read(start.reader(), &letter, 1) != 0) return 1;  // all of them see its end at the same moment
              auto listener = pier::Listener::open_unattached(at);
              const char* said = listener ? "owner\n" : outcome(listener) == Errc::address_in_use ? "in use\n" : "?\n";
              if (write(told_.writer(), said, std::string_view(said).size()) < 0) return 2;
              for (;;) pause();
          }) {
        told_.close_writer();
    }
    std::string said() { return told_.line(); }

private:
    posix::Pipe told_;
    posix::Child child_;
};

}  // namespace

TEST_CASE("unix start: of servers that begin at once at a stale path exactly one has it") {
    // The same without an engine.
    if (posix::engine().name != "poll") return;
    for (int round = 0; round < rounds; ++round) {
        const contract::UnixPlace place;
        leave_behind(place.at());
        posix::Pipe start;
        std::vector<std::unique_ptr<Server>> all;
        for (int i = 0; i < servers; ++i) {
            all.push_back(std::make_unique<Server>(place.at(), start));
        }
        start.close_writer();
        int owners = 0;
        int others = 0;
        for (auto& each : all) {
            const std::string said = each->said();
            if (said == "owner") ++owners;
            if (said == "in use") ++others;
        }
        CHECK(owners == 1);
        CHECK(others == servers - 1);
        auto loop = pier::Loop::create("poll");
        REQUIRE(loop.has_value());
        auto body = [&]() -> pier::Task<void> {
            auto client = co_await pier::Stream::connect(place.at(), pier::after(10s));
            CHECK(outcome(client) == Errc::ok);
        };
        (*loop)->run(body());
    }
}
