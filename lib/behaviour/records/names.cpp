// Addresses, and names for them. No step asks a name server.
#include <pier/behaviour/behaviour.hpp>
#include <pier/behaviour/steps.hpp>
#include <pier/datagram.hpp>
#include <pier/resolve.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace pier::behaviour {
namespace {

pier::Task<Verdict> bind_conflicts() {
    using pier::Endpoint;
    const auto family = pier::Family::ipv4;
    auto specific = pier::Listener::open(Endpoint::loopback(family));
    if (!specific) co_return failed("listening", specific.error());
    auto wildcard = pier::Listener::open(Endpoint::any(family, specific->local().port()));
    Outcomes seen = outcome_of(wildcard);
    // Whoever took the wildcard's port must go before the next.
    if (wildcard) wildcard->close();
    auto all = pier::Listener::open(Endpoint::any(family));
    if (!all) co_return failed("listening on 0.0.0.0", all.error());
    auto one_of_all = pier::Listener::open(Endpoint::loopback(family, all->local().port()));
    seen += outcome_of(one_of_all);
    auto beside = pier::Listener::open(Endpoint::v4({127, 0, 0, 2}, specific->local().port()));
    seen += outcome_of(beside);
    auto foreign = pier::Listener::open(Endpoint::v4({192, 0, 2, 1}, 0));  // RFC 5737: nobody's
    co_return Verdict{seen + outcome_of(foreign)};
}

pier::Task<Verdict> other_family() {
    auto socket = pier::Datagram::open(pier::Endpoint::loopback(pier::Family::ipv4));
    if (!socket) co_return failed("opening", socket.error());
    const auto of_ipv6 = pier::Endpoint::loopback(pier::Family::ipv6, 9);
    auto sent = co_await socket->send_to(bytes("wrong"), of_ipv6, limit);
    auto opened = pier::Listener::open(pier::Endpoint());
    co_return Verdict{outcome_of(sent) + outcome_of(opened)};
}

pier::Task<Verdict> ephemeral() {
    std::array<pier::Datagram, 20> sockets;
    for (pier::Datagram& socket : sockets) {
        auto opened = pier::Datagram::open(pier::Endpoint::loopback(pier::Family::ipv4));
        if (!opened) co_return failed("opening", opened.error());
        socket = std::move(*opened);
        const auto port = socket.local().port();
        auto has_it = [&](const pier::Datagram& each) {
            return &each != &socket && each.valid() && each.local().port() == port;
        };
        if (port == 0 || std::ranges::any_of(sockets, has_it)) co_return Verdict{Outcome::shared};
    }
    co_return Verdict{Outcome::separate};
}

pier::Task<Verdict> literals() {
    constexpr auto anything = pier::Family::unspecified;
    for (std::string_view text : {"127.1", "0x7f.1", "2130706433", "010.0.0.1", " 127.0.0.1", "::1%nosuchzone",
                                  "fe80::1%nosuchzone", "fe80::1%999999"}) {
        if (pier::Endpoint::parse_address(text)) co_return Verdict{Outcome::works, std::string(text)};
    }
    for (std::string_view text : {"127.1", "0x7f.1", "2130706433", "010.0.0.1", "1.2.3.4.5", "fe80::1::2"}) {
        auto resolved = co_await pier::resolve(text, "80", anything, limit);
        if (resolved) co_return Verdict{Outcome::works, std::string(text)};
        if (resolved.error() == pier::Errc::host_not_found) continue;
        co_return Verdict{outcome_of(resolved), std::string(text)};
    }
    auto good = co_await pier::resolve("127.0.0.1", "80", anything, limit);
    co_return Verdict{Outcome::bad_address + outcome_of(good)};
}

pier::Task<Verdict> service(std::string_view name) {
    auto resolved = co_await pier::resolve("127.0.0.1", name, pier::Family::unspecified, limit);
    const bool is_none = !resolved && resolved.error() == pier::Errc::service_not_found;
    co_return Verdict{is_none ? Outcome::not_found : outcome_of(resolved), std::string(name)};
}

// Loopback addresses, each once.
Outcome of_this_host(const pier::Result<std::vector<pier::Endpoint>>& found) {
    if (!found) return outcome_of(found);
    for (const pier::Endpoint& endpoint : *found) {
        const bool expected =
            endpoint.is_loopback() && endpoint.port() == 80 && endpoint.family() == pier::Family::ipv4;
        if (!expected || std::ranges::count(*found, endpoint) != 1) return Outcome::differs;
    }
    return found->empty() ? Outcome::missing : Outcome::works;
}

pier::Task<Verdict> resolver_errors() {
    constexpr auto anything = pier::Family::unspecified;
    for (std::string_view name : {"65536", "99999999999999999999", "", "no-such-service"}) {
        Verdict verdict = co_await service(name);
        if (verdict.outcome != Outcome::not_found) co_return verdict;
    }
    const std::string long_label(64, 'a');
    auto nobody = co_await pier::resolve(long_label + ".example", "80", anything, limit);
    if (nobody || nobody.error() != pier::Errc::host_not_found) co_return Verdict{outcome_of(nobody), "a long label"};
    auto nul = co_await pier::resolve(std::string_view("a\0b", 3), "80", anything, limit);
    if (nul || nul.error() != pier::Errc::invalid_argument) co_return Verdict{outcome_of(nul), "a NUL"};
    Outcomes seen = Outcome::not_found + Outcome::not_found;
    auto empty = co_await pier::resolve("", "80", anything, limit);
    seen += outcome_of(empty);
    auto local = co_await pier::resolve("localhost", "80", pier::Family::ipv4, limit);
    co_return Verdict{seen + of_this_host(local)};
}

}  // namespace

std::vector<Behaviour> names_behaviours() {
    using enum Outcome;
    return {
        {.id = "bind-conflicts",
         .question =
             "Listening on: 0.0.0.0 over a specific listener, specific over 0.0.0.0, 127.0.0.2 beside, 192.0.2.1?",
         .contract = {address_in_use + address_in_use + works + not_available},
         .steps = on_one_loop(bind_conflicts),
         .steps_text = {"Listen on 127.0.0.1; on 0.0.0.0 with its port.",
                        "Listen on 0.0.0.0; on 127.0.0.1 with its port.", "Listen on 127.0.0.2 with the first port.",
                        "Listen on an address that is not this machine's."},
         .promise = "What overlaps is address_in_use; nobody else's address is address_not_available.",
         .sources = {"Microsoft: Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE", "man 7 ip"},
         .windows = {"Wildcard over specific and specific over wildcard both work.",
                     "Wine's conformance test sock.c, test_reuseaddr; Microsoft: Sharing Transport Addresses"}},
        {.id = "address-shape",
         .question = "How do a send to an IPv6 address on an IPv4 socket, and listening on no address, end?",
         .contract = {invalid_argument + invalid_argument},
         .steps = on_one_loop(other_family),
         .steps_text = {"send_to [::1] on an IPv4 socket.", "Listen on an endpoint without a family."},
         .promise = "invalid_argument: only well-formed addresses reach the system.",
         .sources = {"man 2 bind", "Microsoft: bind, WSAEFAULT"},
         .windows = {"As Wine.", "not documented"}},
        {.id = "ephemeral-ports",
         .question = "Do 20 sockets on port 0 get a port each?",
         .contract = {separate},
         .steps = on_one_loop(ephemeral),
         .steps_text = {"Open 20 datagram sockets on port 0.", "Compare the ports."},
         .promise = "A free port each; which ones is the system's matter.",
         .sources = {"RFC 6056"},
         .windows = {"49152 to 65535; in which order is not documented.",
                     "Microsoft: The default dynamic port range for TCP/IP has changed"}},
        {.id = "resolver-literals",
         .question = "Are short, octal and hexadecimal forms of IPv4 addresses refused, and 127.0.0.1 taken?",
         .contract = {bad_address + works},
         .steps = on_one_loop(literals),
         .steps_text = {"Parse 127.1, 0x7f.1, 2130706433, 010.0.0.1, a leading blank, zones that are unknown.",
                        "Resolve the first four, 1.2.3.4.5 and fe80::1::2, and 127.0.0.1."},
         .promise = "Dotted quads without leading zeros, the same on every system.",
         .sources = {"RFC 6943, 3.1.1", "man 3 inet_aton"},
         .windows = {"Some of the old forms; zones are printed as numbers.", "not documented"}},
        {.id = "resolver-errors-and-order",
         .question = "How does resolving end: port 65536, an unknown service, an empty host, localhost?",
         .contract = {not_found + not_found + invalid_argument + works},
         .steps = on_one_loop(resolver_errors),
         .steps_text = {"Resolve 127.0.0.1 with port 65536, with 10^20 - 1, no and an unknown service.",
                        "Resolve a label of 64 letters, and a name with a NUL.",
                        "Resolve an empty host, and localhost."},
         .promise = "service_not_found, service_not_found, invalid_argument, and an answer.",
         .sources = {"man 3 getaddrinfo", "RFC 3493, 6.1"},
         .windows = {"localhost is ::1 first.", "RFC 6724"}},
    };
}

}  // namespace pier::behaviour
