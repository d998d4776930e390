// Servers that begin at the same moment, at a path where a dead one has left its socket.
#include "child.hpp"

#include "engine.hpp"
#include "unix.hpp"

#include <pier/listener.hpp>
#include <pier/stream.hpp>
#include <pier/sys/socket_folder.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <unistd.h>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

using namespace std::chrono_literals;
using contract::outcome;
using pier::Errc;
namespace fs = std::filesystem;

namespace {

constexpr int servers = 8;
constexpr int rounds = 10;

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
    // Until it has the folder open, whose lock it waits for. False: it has said something before.
    bool waits_in(const fs::path& folder) {
        const fs::path files = "/proc/" + std::to_string(child_.id()) + "/fd";
        for (;;) {
            pollfd entry{.fd = told_.reader(), .events = POLLIN, .revents = 0};
            if (poll(&entry, 1, 0) != 0) return false;
            for (const auto& each : fs::directory_iterator(files)) {
                std::error_code gone;
                if (fs::read_symlink(each, gone) == folder) return true;
            }
        }
    }

private:
    posix::Pipe told_;
    posix::Child child_;
};

}  // namespace

TEST_CASE("unix start: who is between its bind and its listen loses its path to nobody") {
    if (posix::engine().name != "poll") return;  // the same under each engine
    const contract::UnixPlace place;
    auto socket = pier::sys::open(pier::Family::unix_domain, pier::spi::SocketKind::listener);
    REQUIRE(outcome(socket) == Errc::ok);
    posix::Pipe start;
    Server second(place.at(), start);
    {
        // As Listener::open() does it.
        const pier::sys::SocketFolderLock folder(place.at());
        REQUIRE(outcome(pier::sys::bind(*socket, place.at(), pier::spi::SocketKind::listener, {})) == Errc::ok);
        start.close_writer();
        CHECK(second.waits_in(place.path().parent_path()));
        CHECK(outcome(pier::sys::listen(*socket, {})) == Errc::ok);
    }
    CHECK(second.said() == "in use");
    auto loop = pier::Loop::create("poll");
    REQUIRE(loop.has_value());
    auto body = [&]() -> pier::Task<void> {
        auto client = co_await pier::Stream::connect(place.at(), pier::after(10s));
        CHECK(outcome(client) == Errc::ok);
    };
    (*loop)->run(body());
    pier::sys::close(*socket);
}

// Anybody who can read a folder can lock it, and /tmp is everybody's.
TEST_CASE("unix start: who keeps the folder locked keeps nobody from listening there") {
    if (posix::engine().name != "poll") return;  // the same under each engine
    const contract::UnixPlace place;
    leave_behind(place.at());
    const int folder = open(place.path().parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    REQUIRE(folder >= 0);
    REQUIRE(flock(folder, LOCK_EX) == 0);
    CHECK(outcome(pier::Listener::open_unattached(place.at())) == Errc::ok);
    close(folder);
}

TEST_CASE("unix start: of servers that begin at once at a stale path exactly one has it") {
    if (posix::engine().name != "poll") return;  // the same under each engine
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
