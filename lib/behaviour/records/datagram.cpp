// Datagrams.
#include <pier/behaviour/behaviour.hpp>
#include <pier/behaviour/exchange.hpp>
#include <pier/behaviour/steps.hpp>
#include <pier/datagram.hpp>

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <vector>

namespace pier::behaviour {
namespace {

constexpr pier::Endpoint here = pier::Endpoint::loopback(pier::Family::ipv4);

struct Sockets {
    pier::Datagram sender;
    pier::Datagram receiver;
};

bool is(std::span<const std::byte> into, const pier::Received& received, std::string_view text) {
    return std::ranges::equal(into.first(received.size), bytes(text));
}

pier::Result<Sockets> open_two() {
    auto sender = pier::Datagram::open(here);
    if (!sender) return pier::fail(sender.error());
    auto receiver = pier::Datagram::open(here);
    if (!receiver) return pier::fail(receiver.error());
    return Sockets{std::move(*sender), std::move(*receiver)};
}

pier::Task<Verdict> zero_length() {
    auto two = open_two();
    if (!two) co_return failed("opening", two.error());
    std::array<std::byte, 16> into;
    auto sent = co_await two->sender.send_to({}, two->receiver.local(), limit);
    if (!sent) co_return observed(sent.error());
    auto empty = co_await two->receiver.receive(into, limit);
    if (!empty) co_return observed(empty.error());
    if (empty->size != 0 || empty->from != two->sender.local()) co_return Verdict{Outcome::corrupt};
    // A receive into nothing takes a datagram all the same.
    for (std::string_view text : {"dropped", "kept"}) {
        auto more = co_await two->sender.send_to(bytes(text), two->receiver.local(), limit);
        if (!more) co_return observed(more.error());
    }
    auto dropped = co_await two->receiver.receive({}, limit);
    if (!dropped) co_return observed(dropped.error());
    auto kept = co_await two->receiver.receive(into, limit);
    if (!kept) co_return observed(kept.error());
    co_return Verdict{Outcome::works + (kept->size == 4 ? Outcome::works : Outcome::corrupt)};
}

pier::Task<Verdict> truncation() {
    auto two = open_two();
    if (!two) co_return failed("opening", two.error());
    const std::vector<std::byte> hundred = pattern(100);
    std::array<std::byte, 10> into;
    auto sent = co_await two->sender.send_to(hundred, two->receiver.local(), limit);
    if (!sent) co_return failed("sending", sent.error());
    auto next = co_await two->sender.send_to(bytes("next"), two->receiver.local(), limit);
    if (!next) co_return failed("sending", next.error());
    auto first = co_await two->receiver.receive(into, limit);
    if (!first) co_return observed(first.error());
    Outcomes seen = first->truncated ? Outcome::truncated : Outcome::ignored;
    if (first->size != into.size()) co_return Verdict{seen + Outcome::missing};
    const bool same = std::equal(into.begin(), into.end(), hundred.begin());
    if (!same || first->from != two->sender.local()) co_return Verdict{seen + Outcome::corrupt};
    auto second = co_await two->receiver.receive(into, limit);
    if (!second) co_return observed(second.error());
    const bool whole = !second->truncated && is(into, *second, "next");
    if (!whole) co_return Verdict{seen + Outcome::corrupt};
    for (std::string_view text : {"lost", "last"}) {
        auto more = co_await two->sender.send_to(bytes(text), two->receiver.local(), limit);
        if (!more) co_return failed("sending", more.error());
    }
    auto tiny = co_await two->receiver.receive(std::span(into).first(1), limit);
    if (!tiny) co_return observed(tiny.error());
    if (!tiny->truncated || tiny->size != 1) co_return Verdict{seen + Outcome::corrupt, "into one byte"};
    auto last = co_await two->receiver.receive(into, limit);
    if (!last) co_return observed(last.error());
    co_return Verdict{seen + (is(into, *last, "last") ? Outcome::data : Outcome::corrupt)};
}

pier::Task<Verdict> too_big() {
    auto two = open_two();
    if (!two) co_return failed("opening", two.error());
    if (auto set = two->receiver.set(pier::Option::receive_buffer, 200'000); !set) co_return observed(set.error());
    constexpr std::size_t longest = 65'507;
    const std::vector<std::byte> data = pattern(70'000);
    const std::span<const std::byte> all(data);
    auto sent = co_await two->sender.send_to(all, two->receiver.local(), limit);
    auto by_one = co_await two->sender.send_to(all.first(longest + 1), two->receiver.local(), limit);
    if (outcome_of(by_one) != outcome_of(sent)) co_return Verdict{Outcome::differs, "65,508 bytes"};
    auto good = co_await two->sender.send_to(all.first(longest), two->receiver.local(), limit);
    if (!good) co_return Verdict{outcome_of(good), "65,507 bytes"};
    std::vector<std::byte> into(data.size());
    auto got = co_await two->receiver.receive(into, limit);
    if (!got) co_return Verdict{outcome_of(got), "65,507 bytes"};
    const bool whole = got->size == longest && std::ranges::equal(std::span(into).first(longest), all.first(longest));
    co_return Verdict{whole ? outcome_of(sent) : Outcome::corrupt};
}

pier::Task<Verdict> unreachable_unconnected() {
    auto two = open_two();
    if (!two) co_return failed("opening", two.error());
    pier::spi::Accepted guard;
    auto nobody = take_silent_port(guard);  // of TCP: nobody has that of UDP
    if (!nobody) co_return failed("taking a port", nobody.error());
    for (int times = 0; times < 3; ++times) {
        auto sent = co_await two->sender.send_to(bytes("anybody?"), *nobody, limit);
        if (!sent) co_return failed("sending", sent.error());
    }
    std::array<std::byte, 16> into;
    auto got = co_await two->sender.receive(into, window);
    if (got) co_return Verdict{Outcome::too_much};
    Outcomes seen = got.error() == pier::Errc::timed_out ? Outcome::quiet : outcome_of(got.error());
    auto good = co_await two->receiver.send_to(bytes("good"), two->sender.local(), limit);
    if (!good) co_return failed("sending", good.error());
    auto received = co_await two->sender.receive(into, limit);
    if (!received) co_return Verdict{seen + outcome_of(received.error())};
    co_return Verdict{seen + (is(into, *received, "good") ? Outcome::data : Outcome::corrupt)};
}

// Which of the two calls tells is the system's matter.
pier::Task<Verdict> unreachable_connected() {
    pier::spi::Accepted guard;
    auto nobody = take_silent_port(guard);
    if (!nobody) co_return failed("taking a port", nobody.error());
    auto socket = pier::Datagram::connect(*nobody);
    if (!socket) co_return failed("connecting", socket.error());
    std::array<std::byte, 16> into;
    // Under Wine an attempt to receive takes the news to itself: hence two sends, and several rounds.
    Outcomes seen = Outcome::quiet;
    for (int calls = 0; calls < 9 && seen == Outcome::quiet; ++calls) {
        if (calls % 3 < 2) {
            auto sent = co_await socket->send(bytes("anybody?"), limit);
            if (!sent) seen = outcome_of(sent.error());
            continue;
        }
        auto got = co_await socket->receive(into, window);
        if (got) co_return Verdict{Outcome::too_much};
        if (got.error() != pier::Errc::timed_out) seen = outcome_of(got.error());
    }
    auto after = co_await socket->send(bytes("still there"), limit);
    if (!after) after = co_await socket->send(bytes("still there"), limit);
    if (!after) co_return Verdict{seen + outcome_of(after)};
    // Somebody comes.
    auto peer = pier::Datagram::open(*nobody);
    if (!peer) co_return failed("opening the peer", peer.error());
    auto here_it_is = co_await peer->send_to(bytes("here"), socket->local(), limit);
    if (!here_it_is) co_return failed("sending to it", here_it_is.error());
    auto heard = co_await socket->receive(into, limit);
    for (int more = 0; more < 3 && outcome_of(heard) == Outcome::refused; ++more) {
        heard = co_await socket->receive(into, limit);
    }
    if (!heard) co_return Verdict{seen + outcome_of(heard)};
    co_return Verdict{seen + (is(into, *heard, "here") ? Outcome::works : Outcome::corrupt)};
}

pier::Task<Verdict> connected_addressing() {
    auto two = open_two();
    if (!two) co_return failed("opening", two.error());
    auto connected = pier::Datagram::connect(two->receiver.local(), here);
    if (!connected) co_return failed("connecting", connected.error());
    if (connected->peer() != two->receiver.local()) co_return Verdict{Outcome::differs, "the peer's name"};
    auto elsewhere = co_await connected->send_to(bytes("elsewhere"), two->sender.local(), limit);
    Outcomes seen = outcome_of(elsewhere);
    auto stranger = co_await two->sender.send_to(bytes("stranger"), connected->local(), limit);
    if (!stranger) co_return failed("sending", stranger.error());
    std::array<std::byte, 16> into;
    auto got = co_await connected->receive(into, window);
    seen += !got && got.error() == pier::Errc::timed_out ? Outcome::quiet : Outcome::too_much;
    auto peer = co_await two->receiver.send_to(bytes("peer"), connected->local(), limit);
    if (!peer) co_return failed("sending", peer.error());
    auto received = co_await connected->receive(into, limit);
    if (!received) co_return Verdict{seen + outcome_of(received.error())};
    if (!is(into, *received, "peer")) co_return Verdict{seen + Outcome::corrupt};
    auto answered = co_await connected->send(bytes("back"), limit);
    if (!answered) co_return Verdict{seen + outcome_of(answered), "an answer"};
    auto back = co_await two->receiver.receive(into, limit);
    if (!back) co_return Verdict{seen + outcome_of(back), "an answer"};
    const bool same = back->from == connected->local() && is(into, *back, "back");
    co_return Verdict{seen + (same ? Outcome::data : Outcome::corrupt)};
}

pier::Task<Verdict> bad_destinations() {
    auto socket = pier::Datagram::open(here);
    if (!socket) co_return failed("opening", socket.error());
    auto nowhere = co_await socket->send(bytes("nowhere"), limit);
    Outcomes seen = outcome_of(nowhere);
    auto port_zero = co_await socket->send_to(bytes("port 0"), here.with_port(0), limit);
    seen += outcome_of(port_zero);
    const auto all_of_loopback = pier::Endpoint::v4({127, 255, 255, 255}, 9);
    auto broadcast = co_await socket->send_to(bytes("everybody"), all_of_loopback, limit);
    seen += outcome_of(broadcast);
    if (outcome_of(pier::Datagram::connect(here.with_port(0))) != Outcome::invalid_argument) {
        co_return Verdict{Outcome::differs, "a peer on port 0"};
    }
    const pier::Datagram none;
    auto closed = co_await none.send(bytes("nobody"), limit);
    if (outcome_of(closed) != Outcome::not_connected || none.peer() != pier::Endpoint()) {
        co_return Verdict{Outcome::differs, "a socket that was never opened"};
    }
    // The socket is as good as before.
    auto good = co_await socket->send_to(bytes("good"), socket->local(), limit);
    if (!good) co_return Verdict{Outcome::unusable};
    std::array<std::byte, 8> into{};
    auto got = co_await socket->receive(into, limit);
    co_return Verdict{got && is(into, *got, "good") ? seen : Outcomes(Outcome::unusable)};
}

pier::Task<Verdict> one_port() {
    auto first = pier::Datagram::open(here);
    if (!first) co_return failed("opening", first.error());
    auto second = pier::Datagram::open(first->local());
    co_return Verdict{outcome_of(second)};
}

}  // namespace

std::vector<Behaviour> datagram_behaviours() {
    using enum Outcome;
    return {
        {.id = "dgram-zero-length",
         .question = "Does a datagram of no bytes arrive, and does a receive into nothing take one?",
         .contract = {works + works},
         .steps = on_one_loop(zero_length),
         .steps_text = {"Send 0 bytes; receive.", "Send two; receive the first into nothing, the second as a whole."},
         .promise = "A datagram of no bytes is one like any other, and no end of anything.",
         .sources = {"RFC 768", "man 2 recv"},
         .windows = {"The same.", "not documented"}},
        {.id = "dgram-truncation",
         .question = "What becomes of 100 bytes in a buffer of 10?",
         .contract = {truncated + data},
         .steps = on_one_loop(truncation),
         .steps_text = {"Send 100 bytes, then 4.", "Receive twice into 10.",
                        "Send 4 twice; receive into 1, and into 10."},
         .promise = "The first 10 and `truncated`; the next datagram is whole.",
         .sources = {"man 2 recvmsg: MSG_TRUNC", "Microsoft: recvfrom, WSAEMSGSIZE", "chriskohlhoff/asio#1374"},
         .windows = {"Message-size, with the buffer filled.", "Microsoft: recvfrom"}},
        {.id = "dgram-too-big",
         .question = "How does a send of 70,000 bytes end?",
         .contract = {message_size},
         .steps = on_one_loop(too_big),
         .steps_text = {"Send 70,000 bytes, and 65,508.", "Send 65,507, and receive them."},
         .promise = "message_size.",
         .sources = {"RFC 768", "man 7 udp: EMSGSIZE"},
         .windows = {"Message-size.", "Microsoft: sendto"}},
        {.id = "icmp-unreachable-unconnected",
         .question = "Does a socket without a peer hear that a port was unreachable? Does it go on?",
         .contract = {quiet + data},
         .steps = on_one_loop(unreachable_unconnected),
         .steps_text = {"Send to a port without a socket, three times; receive for 100 ms.",
                        "Receive a good datagram."},
         .promise = "It never hears of it: one unreachable client must not end a server's receive.",
         .sources = {"Microsoft: SIO_UDP_CONNRESET", "libuv/libuv#5242", "tokio-rs/tokio#2017"},
         .windows = {"The next receive fails with a reset, once for each, unless SIO_UDP_CONNRESET is off.",
                     "libuv/libuv#1449, tokio-rs/tokio#2017"}},
        {.id = "icmp-unreachable-connected",
         .question = "How does a socket with a peer hear that its port is unreachable? Does it go on?",
         .contract = {refused + works},
         .steps = on_one_loop(unreachable_connected),
         .steps_text = {"Send to a peer whose port has no socket.",
                        "Send twice and receive for 100 ms, until a call tells.", "Send once more.",
                        "A peer opens that port, and sends; receive."},
         .promise = "connection_refused, once, by a receive or a send; the socket goes on.",
         .sources = {"man 7 udp: ECONNREFUSED", "rust-lang/rust#128072"},
         .inherent = "Which of the two calls tells is the system's matter.",
         .windows = {"Sends work; a receive is a reset, an overlapped one port unreachable (1234).",
                     "Wine's conformance test sock.c, test_UDP; rust-lang/rust#128072, libuv/libuv#5242"}},
        {.id = "udp-connected-addressing",
         .question = "How does a send elsewhere end on a socket with a peer, and does it hear strangers, or its peer?",
         .contract = {already_connected + quiet + data},
         .steps = on_one_loop(connected_addressing),
         .steps_text = {"send_to another address than the peer's.", "A stranger sends; receive for 100 ms.",
                        "The peer sends; receive, and answer."},
         .promise = "already_connected; only the peer is heard.",
         .sources = {"man 7 udp", "libuv: docs/src/udp.rst, UV_EISCONN"},
         .windows = {"Sending elsewhere is allowed.", "Microsoft: sendto"}},
        {.id = "udp-unbound-and-bad-destinations",
         .question = "How do sends end without a destination, to port 0, and to a broadcast address?",
         .contract = {not_connected + invalid_argument + permission_denied},
         .steps = on_one_loop(bad_destinations),
         .steps_text = {"Send without a peer.", "Send to port 0.", "Send to 127.255.255.255 without the option.",
                        "Connect to port 0; send on a socket that was never opened.", "Send to itself, and receive."},
         .promise = "not_connected, invalid_argument, permission_denied.",
         .sources = {"man 7 udp", "man 7 ip: EACCES", "Microsoft: sendto"},
         .windows =
             {"Receiving unbound is invalid, sending without a destination unconnected; sending to port 0 works.",
              "Wine's conformance test sock.c, test_connect_udp, test_UDP"}},
        {.id = "udp-two-sockets-one-port",
         .question = "How does opening a second socket on a port end?",
         .contract = {address_in_use},
         .steps = on_one_loop(one_port),
         .steps_text = {"Open a socket on a free port.", "Open another one on the same address."},
         .promise = "address_in_use: ports are not shared.",
         .sources = {"Microsoft: Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE"},
         .windows = {"Which of the two gets a datagram is undefined.", "Microsoft: SO_REUSEADDR"}},
    };
}

}  // namespace pier::behaviour
