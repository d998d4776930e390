// Options with types: what is set is read back, ranges are the same everywhere, and what a system or a kind of socket
// has not is said so.
#include "bytes.hpp"
#include "open.hpp"
#include "pair.hpp"

#include <pier/socket/options.hpp>

#include <array>
#include <chrono>
#include <iterator>
#include <span>
#include <string>
#include <vector>

using namespace contract;
namespace option = pier::option;
using pier::Datagram;
using pier::Endpoint;
using pier::Family;
using pier::Listener;
using pier::Stream;

namespace {

constexpr Family families[] = {Family::ipv4, Family::ipv6};

template <class Option, class Socket>
typename Option::Value value_of(const Socket& socket) {
    auto value = socket.template get<Option>();
    CAPTURE(option::entry(Option::id).name);
    REQUIRE(outcome(value) == Errc::ok);
    return *value;
}

// A value that is taken and read back.
template <class Option, class Socket>
void set_and_read(const Socket& socket, const Option& chosen) {
    CAPTURE(option::entry(Option::id).name);
    CHECK(outcome(socket.set(chosen)) == Errc::ok);
    CHECK((value_of<Option>(socket) == chosen.value));
}

// One that is refused with this and changes nothing.
template <class Option, class Socket>
void refuse(const Socket& socket, const Option& chosen, Errc condition = Errc::invalid_argument) {
    CAPTURE(option::entry(Option::id).name);
    const auto before = socket.template get<Option>();
    CHECK(outcome(socket.set(chosen)) == condition);
    const auto after = socket.template get<Option>();
    CHECK((before == after));
}

// The system has it not, and says so each time; or it has it, and `use` looks at it. Linux has them all. An old Windows
// knows some of them not yet, and Wine some not at all.
template <class Option, class Socket, class Use>
void absent_or(const Socket& socket, const Option& chosen, Use use) {
    CAPTURE(option::entry(Option::id).name);
    const auto value = socket.template get<Option>();
    if (value) return use();
    CHECK(settings().system != "linux");
    const Errc condition = value.error().condition;
    CHECK((condition == Errc::not_supported || condition == Errc::no_protocol_option));
    if constexpr (option::Settable<Option>) {
        CHECK(outcome(socket.set(chosen)) == condition);
    }
}

template <class Option>
void on_and_off(const auto& socket) {
    for (const bool on : {true, false, true}) set_and_read(socket, Option{on});
}

// Both ends of a connection of each family.
template <class Body>
void on_streams(Body body) {
    for (const Family family : families) {
        CAPTURE(family == Family::ipv6);
        on_loop([&]() -> Task<void> {
            const Pair pair = co_await connect_pair(family);
            for (const Stream* stream : {&pair.server, &pair.client}) {
                CAPTURE(stream == &pair.server);
                body(*stream);
            }
        });
    }
}

template <class Body>
void on_listeners(Body body) {
    for (const Family family : families) {
        CAPTURE(family == Family::ipv6);
        on_loop([&]() -> Task<void> {
            const Listener listener = open_listener(Endpoint::loopback(family));
            body(listener);
            co_return;
        });
    }
}

template <class Body>
void on_datagrams(Body body) {
    for (const Family family : families) {
        CAPTURE(family == Family::ipv6);
        on_loop([&]() -> Task<void> {
            const Datagram datagram = open_datagram(Endpoint::loopback(family));
            body(datagram);
            co_return;
        });
    }
}

// Loopback's on both systems.
constexpr std::uint32_t loopback_index = 1;

// On a socket of a kind that has not got it.
template <class Option>
void has_none(const auto& socket) {
    CAPTURE(option::entry(Option::id).name);
    CHECK(outcome(socket.template get<Option>()) == Errc::no_protocol_option);
    if constexpr (option::Settable<Option>) {
        CHECK(outcome(socket.set(Option{})) == Errc::no_protocol_option);
    }
}

// What is said of an option at two places.
template <class Option>
void agrees(std::size_t place) {
    const option::Entry& there = option::table()[place];
    CAPTURE(there.name);
    CHECK(there.id == Option::id);
    CHECK((there.access == option::Access::read_write) == option::Settable<Option>);
    CHECK(option::find(there.name) == &option::entry(Option::id));
}

template <class... Options>
void agree() {
    REQUIRE(option::table().size() == sizeof...(Options));
    std::size_t place = 0;
    (agrees<Options>(place++), ...);
}

// For IPv4 it takes 0.0.0.1 for an address, and for IPv6 Linux gets the index with its bytes the other way round.
constexpr const char* no_index = "Wine does not take the index of an interface as Windows does";

}  // namespace

TEST_CASE("typed option: the table has each, in order, with its access") {
    using namespace option;
    agree<reuse_address, reuse_port, keep_alive, keep_alive_idle, keep_alive_interval, keep_alive_count, send_buffer,
          receive_buffer, option::linger, broadcast, option::error, type, accepting, out_of_band_inline,
          receive_timeout, send_timeout, no_delay, maximum_segment, user_timeout, fast_open, congestion, tcp_info,
          time_to_live, type_of_service, dont_fragment, multicast_time_to_live, multicast_loop, multicast_interface,
          v6_only, bind_to_device, packet_info>();
    CHECK(find("no_such_option") == nullptr);
}

TEST_CASE("typed option: what is on or off on a stream and a listener") {
    on_streams([](const Stream& stream) {
        CHECK(value_of<option::no_delay>(stream));
        CHECK_FALSE(value_of<option::keep_alive>(stream));
        on_and_off<option::no_delay>(stream);
        on_and_off<option::keep_alive>(stream);
        on_and_off<option::out_of_band_inline>(stream);
    });
    on_listeners([](const Listener& listener) {
        on_and_off<option::keep_alive>(listener);
        on_and_off<option::out_of_band_inline>(listener);
        has_none<option::no_delay>(listener);
    });
}

TEST_CASE("typed option: the spans of keep-alive") {
    const auto look = [](const auto& socket) {
        for (const auto span : {1s, 60s, 32767s}) {
            const option::keep_alive_idle idle{span};
            absent_or(socket, idle, [&] { set_and_read(socket, idle); });
            const option::keep_alive_interval interval{span};
            absent_or(socket, interval, [&] { set_and_read(socket, interval); });
        }
        for (const int chosen : {1, 3, 127}) {
            const option::keep_alive_count count{chosen};
            absent_or(socket, count, [&] { set_and_read(socket, count); });
        }
        for (const auto span : {0s, -1s, 32768s}) {
            refuse(socket, option::keep_alive_idle{span});
            refuse(socket, option::keep_alive_interval{span});
        }
        for (const int count : {0, -1, 128}) refuse(socket, option::keep_alive_count{count});
    };
    on_streams(look);
    on_listeners(look);
}

TEST_CASE("typed option: buffers are read back in the unit in which they were set, and are the old options") {
    const auto look = [](const auto& socket) {
        for (const int size : {64 * 1024, 100'000}) {
            set_and_read(socket, option::send_buffer{size});
            set_and_read(socket, option::receive_buffer{size});
            CHECK(*socket.get(pier::Option::send_buffer) == size);
        }
        for (const int size : {0, -1}) {
            refuse(socket, option::send_buffer{size});
            refuse(socket, option::receive_buffer{size});
        }
    };
    on_streams(look);
    on_listeners(look);
    on_datagrams(look);
}

TEST_CASE("typed option: linger is off, nothing or a time") {
    on_streams([](const Stream& stream) {
        CHECK(value_of<option::linger>(stream) == std::nullopt);
        set_and_read(stream, option::linger{2s});
        set_and_read(stream, option::linger{0s});
        set_and_read(stream, option::linger{32767s});
        for (const auto time : {-1s, -2s, 32768s, 1'000'000s}) refuse(stream, option::linger{time});
        set_and_read(stream, option::linger{std::nullopt});
    });
    on_listeners([](const Listener& listener) { has_none<option::linger>(listener); });
    on_datagrams([](const Datagram& datagram) { has_none<option::linger>(datagram); });
}

TEST_CASE("typed option: a close without lingering resets, and one with a time finishes in order") {
    struct Case {
        std::chrono::seconds time;
        Errc end;
    };
    constexpr Case cases[] = {{0s, Errc::connection_reset}, {2s, Errc::ok}};
    Meeting meeting;
    Signal accepted[std::size(cases)];
    both(
        [&]() -> Task<void> {
            const Listener listener = meeting.listen();
            for (std::size_t i = 0; i < std::size(cases); ++i) {
                const Stream stream = co_await accept_from(listener);
                accepted[i].set();
                std::array<std::byte, 1> into{};
                const auto got = co_await stream.receive(into, limit());
                CHECK(outcome(got) == cases[i].end);
            }
        },
        [&]() -> Task<void> {
            const Endpoint address = co_await meeting.address();
            for (std::size_t i = 0; i < std::size(cases); ++i) {
                Stream stream = co_await connect_to(address);
                co_await accepted[i].wait();
                CHECK(outcome(stream.set(option::linger{cases[i].time})) == Errc::ok);
                stream.close();
            }
        });
}

TEST_CASE("typed option: what only datagrams have") {
    on_loop([]() -> Task<void> {
        const Datagram datagram = open_datagram();
        CHECK_FALSE(value_of<option::broadcast>(datagram));
        on_and_off<option::broadcast>(datagram);
        const Datagram v6 = open_datagram(Endpoint::loopback(Family::ipv6));
        has_none<option::broadcast>(v6);
        co_return;
    });
    on_streams([](const Stream& stream) {
        has_none<option::broadcast>(stream);
        has_none<option::dont_fragment>(stream);
        has_none<option::multicast_loop>(stream);
        has_none<option::packet_info>(stream);
    });
    on_datagrams([](const Datagram& datagram) {
        has_none<option::no_delay>(datagram);
        has_none<option::keep_alive>(datagram);
        has_none<option::tcp_info>(datagram);
        has_none<option::congestion>(datagram);
    });
}

TEST_CASE("typed option: the kind of a socket, and that nothing is wrong with it") {
    on_streams([](const Stream& stream) {
        CHECK(value_of<option::type>(stream) == option::SocketType::stream);
        CHECK_FALSE(value_of<option::accepting>(stream));
        CHECK(value_of<option::error>(stream) == Errc::ok);
    });
    on_listeners([](const Listener& listener) {
        CHECK(value_of<option::type>(listener) == option::SocketType::stream);
        CHECK(value_of<option::accepting>(listener));
        CHECK(value_of<option::error>(listener) == Errc::ok);
    });
    on_datagrams([](const Datagram& datagram) {
        CHECK(value_of<option::type>(datagram) == option::SocketType::datagram);
        CHECK_FALSE(value_of<option::accepting>(datagram));
        CHECK(value_of<option::error>(datagram) == Errc::ok);
    });
}

TEST_CASE("typed option: the system's own time-outs bound no operation of Pier") {
    on_streams([](const Stream& stream) {
        CHECK(value_of<option::receive_timeout>(stream) == 0ms);
        for (const auto time : {1000ms, 60'000ms, 0ms}) {
            set_and_read(stream, option::receive_timeout{time});
            set_and_read(stream, option::send_timeout{time});
        }
        refuse(stream, option::receive_timeout{-1ms});
        refuse(stream, option::send_timeout{std::chrono::hours(24 * 365)});
    });
    on_loop([]() -> Task<void> {
        const Pair pair = co_await connect_pair();
        CHECK(outcome(pair.server.set(option::receive_timeout{1ms})) == Errc::ok);
        std::array<std::byte, 1> into{};
        const auto got = co_await pair.server.receive(into, after(50ms));
        CHECK(outcome(got) == Errc::timed_out);
        const auto sent = co_await pair.client.send_all(bytes_of("x"), limit());
        CHECK(outcome(sent) == Errc::ok);
        const auto then = co_await pair.server.receive(into, limit());
        CHECK(outcome(then) == Errc::ok);
    });
}

TEST_CASE("typed option: the largest segment") {
    on_streams([](const Stream& stream) {
        absent_or(stream, option::maximum_segment{1000}, [&] {
            CHECK(value_of<option::maximum_segment>(stream) >= 88);
            CHECK(outcome(stream.set(option::maximum_segment{1000})) == Errc::ok);
            for (const int size : {87, 0, -1, 32768}) refuse(stream, option::maximum_segment{size});
        });
    });
}

TEST_CASE("typed option: the algorithm of congestion control") {
    on_streams([](const Stream& stream) {
        absent_or(stream, option::congestion{"reno"}, [&] {
            const std::string usual = value_of<option::congestion>(stream);
            CHECK_FALSE(usual.empty());
            set_and_read(stream, option::congestion{usual});
            refuse(stream, option::congestion{"no-such-one"}, Errc::name_not_found);
            refuse(stream, option::congestion{""});
            refuse(stream, option::congestion{"a name of 16 byt"});
        });
    });
}

TEST_CASE("typed option: how long sent bytes may stay unacknowledged") {
    on_streams([](const Stream& stream) {
        absent_or(stream, option::user_timeout{1ms}, [&] {
            for (const auto time : {1000ms, 30'000ms}) set_and_read(stream, option::user_timeout{time});
            CHECK(outcome(stream.set(option::user_timeout{1ms})) == Errc::ok);
            const auto least = value_of<option::user_timeout>(stream);
            CHECK((least == 1ms || least == 1000ms));
        });
        for (const auto time : {0ms, -1ms}) refuse(stream, option::user_timeout{time});
    });
}

TEST_CASE("typed option: connections that begin with data") {
    on_listeners([](const Listener& listener) {
        absent_or(listener, option::fast_open{5}, [&] {
            CHECK(outcome(listener.set(option::fast_open{5})) == Errc::ok);
            const int on = value_of<option::fast_open>(listener);
            CHECK((on == 5 || on == 1));
            set_and_read(listener, option::fast_open{0});
        });
        for (const int count : {-1, 65536}) refuse(listener, option::fast_open{count});
    });
    on_streams([](const Stream& stream) { has_none<option::fast_open>(stream); });
}

TEST_CASE("typed option: what a connection tells of itself") {
    on_loop([]() -> Task<void> {
        const Pair pair = co_await connect_pair();
        const auto sent = co_await pair.client.send_all(bytes_of("ping"), limit());
        CHECK(outcome(sent) == Errc::ok);
        std::array<std::byte, 4> into{};
        const auto got = co_await pair.server.receive_exactly(into, limit());
        CHECK(outcome(got) == Errc::ok);
        absent_or(pair.client, option::tcp_info{}, [&] {
            const auto info = value_of<option::tcp_info>(pair.client);
            CHECK(info.round_trip < 10s);
            CHECK(info.maximum_segment >= 88);
            CHECK(info.congestion_window >= info.maximum_segment);
        });
    });
    on_listeners([](const Listener& listener) { has_none<option::tcp_info>(listener); });
}

TEST_CASE("typed option: routers that a packet may pass") {
    const auto look = [](const auto& socket) {
        for (const int hops : {1, 64, 255}) set_and_read(socket, option::time_to_live{hops});
        for (const int hops : {0, -1, 256, 1 << 30}) refuse(socket, option::time_to_live{hops});
    };
    on_streams(look);
    on_listeners(look);
    on_datagrams(look);
}

TEST_CASE("typed option: the type of service, or the traffic class") {
    const auto look = [](const auto& socket) {
        absent_or(socket, option::type_of_service{0x10}, [&] {
            for (const int type : {0x10, 0xB8, 0}) set_and_read(socket, option::type_of_service{type});
            for (const int type : {-1, 256}) refuse(socket, option::type_of_service{type});
        });
    };
    on_streams(look);
    on_datagrams(look);
}

TEST_CASE("typed option: fragments") {
    on_datagrams([](const Datagram& datagram) {
        CHECK_FALSE(value_of<option::dont_fragment>(datagram));
        on_and_off<option::dont_fragment>(datagram);
    });
}

TEST_CASE("typed option: where multicast datagrams go") {
    on_datagrams([](const Datagram& datagram) {
        CHECK(value_of<option::multicast_time_to_live>(datagram) == 1);
        for (const int hops : {0, 1, 255}) set_and_read(datagram, option::multicast_time_to_live{hops});
        for (const int hops : {-1, 256}) refuse(datagram, option::multicast_time_to_live{hops});
        CHECK(value_of<option::multicast_loop>(datagram));
        on_and_off<option::multicast_loop>(datagram);
    });
}

TEST_CASE("typed option: the interface of multicast datagrams") {
    if (under_wine()) return skip(no_index);
    on_datagrams([](const Datagram& datagram) {
        CHECK(value_of<option::multicast_interface>(datagram) == 0);
        set_and_read(datagram, option::multicast_interface{loopback_index});
        set_and_read(datagram, option::multicast_interface{0});
        refuse(datagram, option::multicast_interface{0xFFFFFFFF});
    });
}

TEST_CASE("typed option: IPv6 alone is a matter of before bind") {
    on_loop([]() -> Task<void> {
        const Listener alone = open_listener(Endpoint::loopback(Family::ipv6));
        CHECK(value_of<option::v6_only>(alone));
        refuse(alone, option::v6_only{false});
        const Listener v4 = open_listener();
        has_none<option::v6_only>(v4);
        co_return;
    });
}

TEST_CASE("typed option: the only interface of a socket") {
    if (under_wine()) return skip(no_index);
    const auto look = [](const auto& socket) {
        CHECK(value_of<option::bind_to_device>(socket) == 0);
        set_and_read(socket, option::bind_to_device{loopback_index});
        refuse(socket, option::bind_to_device{0xFFFFFFFF});
    };
    on_streams(look);
    on_datagrams(look);
}

TEST_CASE("typed option: the destinations of datagrams") {
    on_datagrams([](const Datagram& datagram) { on_and_off<option::packet_info>(datagram); });
    on_loop([]() -> Task<void> {
        const Datagram here = open_datagram();
        const Datagram there = open_datagram();
        CHECK(outcome(there.set(option::packet_info{true})) == Errc::ok);
        const auto sent = co_await here.send_to(bytes_of("all the same"), there.local(), limit());
        CHECK(outcome(sent) == Errc::ok);
        std::array<std::byte, 100> into{};
        const auto got = co_await there.receive(into, limit());
        REQUIRE(outcome(got) == Errc::ok);
        CHECK(got->size == 12);
        CHECK_FALSE(got->truncated);
    });
}

TEST_CASE("typed option: a listener's port is nobody else's") {
    on_listeners([](const Listener& listener) {
        CHECK(value_of<option::reuse_address>(listener));
        CHECK(outcome(listener.set(option::reuse_address{true})) == Errc::ok);
        auto second = Listener::open(listener.local());
        CHECK(outcome(second) == Errc::address_in_use);
        absent_or(listener, option::reuse_port{true}, [&] { on_and_off<option::reuse_port>(listener); });
    });
}

// Nothing is inherited by promise, but this one is there whatever the listener has.
TEST_CASE("typed option: an accepted stream sends without delay, and what is set on it is its own") {
    on_loop([]() -> Task<void> {
        const Listener listener = open_listener();
        const Pair first = co_await connect_pair(listener);
        CHECK(outcome(first.server.set(option::no_delay{false})) == Errc::ok);
        CHECK(outcome(first.server.set(option::keep_alive{true})) == Errc::ok);
        const Pair second = co_await connect_pair(listener);
        CHECK(value_of<option::no_delay>(second.server));
        CHECK_FALSE(value_of<option::keep_alive>(second.server));
        CHECK_FALSE(value_of<option::keep_alive>(first.client));
        CHECK_FALSE(value_of<option::keep_alive>(listener));
    });
}

TEST_CASE("typed option: an empty socket and a closed one have none") {
    on_loop([]() -> Task<void> {
        Pair pair = co_await connect_pair();
        pair.client.close();
        const Stream empty;
        for (const Stream* stream : {&empty, static_cast<const Stream*>(&pair.client)}) {
            CHECK(outcome(stream->get<option::linger>()) == Errc::not_connected);
            CHECK(outcome(stream->set(option::linger{2s})) == Errc::not_connected);
            CHECK(outcome(stream->get<option::error>()) == Errc::not_connected);
        }
        const Listener no_listener;
        CHECK(outcome(no_listener.get<option::keep_alive>()) == Errc::not_connected);
        const Datagram no_datagram;
        CHECK(outcome(no_datagram.set(option::broadcast{true})) == Errc::not_connected);
    });
}
