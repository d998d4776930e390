// The files of Unix-domain sockets: who makes them, who replaces them, who removes them.
#include "unix.hpp"

#include "open.hpp"

#include <pier/datagram.hpp>

#include <fstream>

using namespace contract;
using pier::Endpoint;
using pier::Listener;
using pier::Stream;
namespace fs = std::filesystem;

namespace {

bool is_there(const fs::path& path) { return fs::symlink_status(path).type() != fs::file_type::not_found; }

// As a server leaves it that has crashed.
void leave_behind(const Endpoint& at, pier::spi::SocketKind kind = pier::spi::SocketKind::listener) {
    auto socket = pier::sys::open(pier::Family::unix_domain, kind);
    REQUIRE(outcome(socket) == Errc::ok);
    REQUIRE(outcome(pier::sys::bind(*socket, at, kind, {})) == Errc::ok);
    if (kind == pier::spi::SocketKind::listener) REQUIRE(outcome(pier::sys::listen(*socket, {})) == Errc::ok);
    pier::sys::close(*socket);
}

}  // namespace

TEST_CASE("unix file: what a dead server has left is replaced, whatever kind of socket it was") {
    if (without_unix()) return;
    on_loop([]() -> Task<void> {
        const UnixPlace place;
        leave_behind(place.at());
        CHECK(is_there(place.path()));
        auto nobody = co_await Stream::connect(place.at(), limit());
        CHECK(outcome(nobody) == Errc::connection_refused);
        {
            Listener listener = open_listener(place.at());
            auto client = co_await Stream::connect(place.at(), limit());
            CHECK(outcome(client) == Errc::ok);
        }
        CHECK(place.is_empty());
        if (unix_support(pier::spi::SocketKind::datagram) != Errc::ok) co_return;
        leave_behind(place.at(), pier::spi::SocketKind::datagram);
        {
            Listener listener = open_listener(place.at());
            CHECK(is_there(place.path()));
        }
        leave_behind(place.at(), pier::spi::SocketKind::datagram);
        {
            pier::Datagram datagram = open_datagram(place.at());
            CHECK(is_there(place.path()));
        }
        CHECK(place.is_empty());
    });
}

TEST_CASE("unix file: what a dead server has left is replaced also where its path is as long as one can be") {
    if (without_unix()) return;
    on_loop([]() -> Task<void> {
        const UnixPlace place;
        // sockaddr_un has room for 108 bytes, the last of which is 0.
        const std::size_t rest = 107 - place.path("").string().size();
        const Endpoint at = place.at(std::string(rest, 'x'));
        leave_behind(at);
        {
            Listener listener = open_listener(at);
            auto client = co_await Stream::connect(at, limit());
            CHECK(outcome(client) == Errc::ok);
        }
        CHECK(place.is_empty());
        co_return;
    });
}

TEST_CASE("unix file: a live server keeps its name, and a file of another kind stays as it is") {
    if (without_unix()) return;
    on_loop([]() -> Task<void> {
        const UnixPlace place;
        Listener listener = open_listener(place.at());
        CHECK(outcome(Listener::open(place.at())) == Errc::address_in_use);
        auto client = co_await Stream::connect(place.at(), limit());
        CHECK(outcome(client) == Errc::ok);
        std::ofstream(place.path("text")) << "kept";
        CHECK(outcome(Listener::open(place.at("text"))) == Errc::address_in_use);
        std::string kept;
        std::ifstream(place.path("text")) >> kept;
        CHECK(kept == "kept");
        CHECK(outcome(Listener::open(place.at("missing/socket"))) != Errc::ok);
        fs::remove(place.path("text"));
        if (unix_support(pier::spi::SocketKind::datagram) != Errc::ok) co_return;
        pier::Datagram datagram = open_datagram(place.at("datagrams"));
        CHECK(outcome(pier::Datagram::open(place.at("datagrams"))) == Errc::address_in_use);
        CHECK(outcome(Listener::open(place.at("datagrams"))) == Errc::address_in_use);
    });
}

TEST_CASE("unix file: close removes it, a failed open leaves none, and another one in its place stays") {
    if (without_unix()) return;
    on_loop([]() -> Task<void> {
        const UnixPlace place;
        Listener listener = open_listener(place.at());
        CHECK(is_there(place.path()));
        listener.close();
        CHECK(place.is_empty());
        Listener first = open_listener(place.at());
        fs::rename(place.path(), place.path("moved"));
        Listener second = open_listener(place.at());
        first.close();
        CHECK(is_there(place.path()));
        // By assignment as well.
        second = open_listener(place.at("other"));
        CHECK_FALSE(is_there(place.path()));
        CHECK(is_there(place.path("other")));
        second = Listener();
        fs::remove(place.path("moved"));
        CHECK(place.is_empty());
        co_return;
    });
}

TEST_CASE("unix file: it goes with a listener that nobody has attached, and with the one that took it over") {
    if (without_unix()) return;
    const UnixPlace place;
    {
        auto opened = Listener::open_unattached(place.at());
        REQUIRE(outcome(opened) == Errc::ok);
        CHECK(is_there(place.path()));
    }
    CHECK(place.is_empty());
    auto opened = Listener::open_unattached(place.at());
    REQUIRE(outcome(opened) == Errc::ok);
    on_loop([&]() -> Task<void> {
        auto listener = Listener::adopt(std::move(*opened));
        REQUIRE(outcome(listener) == Errc::ok);
        CHECK(is_there(place.path()));
        auto client = co_await Stream::connect(place.at(), limit());
        CHECK(outcome(client) == Errc::ok);
    });
    CHECK(place.is_empty());
}

TEST_CASE("unix file: a name is free again in the next line") {
    if (without_unix()) return;
    on_loop([]() -> Task<void> {
        const UnixPlace place;
        std::vector<Endpoint> names = {place.at()};
        if (settings().system == "linux") {
            auto abstract = Endpoint::unix_abstract("pier-again-" + std::to_string(pier::sys::process_id()));
            REQUIRE(outcome(abstract) == Errc::ok);
            names.push_back(*abstract);
        }
        for (const Endpoint& name : names) {
            for (int i = 0; i < 3; ++i) {
                Listener listener = open_listener(name);
                // Somebody waits for it, so that engines that accept ahead have begun.
                auto nobody = co_await listener.accept(after(1ms));
                CHECK(outcome(nobody) == Errc::timed_out);
                listener.close();
            }
        }
        CHECK(place.is_empty());
    });
}
