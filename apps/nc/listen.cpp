#include "listen.hpp"

#include "reach.hpp"
#include "talk.hpp"

#include <pier/cli/program.hpp>
#include <pier/datagram.hpp>
#include <pier/listener.hpp>
#include <pier/sleep.hpp>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace nc {
namespace {

using namespace std::chrono_literals;

constexpr pier::Duration retry_pause = 100ms;
constexpr std::size_t longest_datagram = 64 * 1024;

// After these, accept again a little later (listener.hpp).
bool is_passing(const pier::Error& error) noexcept {
    using enum pier::Errc;
    return error == too_many_files_open || error == no_buffer_space || error == not_enough_memory ||
           error == permission_denied || error == connection_aborted;
}

// `Socket::open` on the first address that takes it. Nothing after a sentence.
template <class Socket, class Open>
std::optional<Socket> open_first(const Options& options, const std::vector<pier::Endpoint>& addresses,
                                 std::uint16_t port, Open open) {
    for (const pier::Endpoint& address : addresses) {
        const pier::Endpoint local = address.with_port(port);
        pier::Result<Socket> socket = open(local);
        if (socket) {
            if (options.verbose) pier::say(program, "listening on " + socket->local().to_string());
            return std::move(*socket);
        }
        const bool is_last = &address == &addresses.back();
        if (is_last || options.verbose) pier::complain(program, "listening on " + local.to_string(), socket.error());
    }
    return std::nullopt;
}

// Nothing when the task was cancelled, or the listener is of no more use, which has been said.
pier::Task<std::optional<pier::Stream>> next_client(pier::Listener& listener) {
    for (bool said = false;;) {
        auto client = co_await listener.accept();
        if (client) co_return std::move(*client);
        if (client.error() == pier::Errc::operation_canceled) co_return std::nullopt;
        const bool passes = is_passing(client.error());
        if (!said) pier::complain(program, "accepting a connection", client.error());
        said = true;
        if (!passes) co_return std::nullopt;
        auto slept = co_await pier::sleep(pier::after(retry_pause));
        if (!slept) co_return std::nullopt;
    }
}

pier::Task<int> serve_streams(const Options& options, const std::vector<pier::Endpoint>& addresses,
                              std::uint16_t port) {
    // Nobody is accepted who would have to wait: clients of -k wait in the system's queue.
    auto open = [](const pier::Endpoint& local) {
        return pier::Listener::open(local, {.backlog = 128, .accept_ahead = false});
    };
    auto listener = open_first<pier::Listener>(options, addresses, port, open);
    if (!listener) co_return 1;
    Console console;
    for (;;) {
        auto client = co_await next_client(*listener);
        if (!client) co_return 1;
        if (!options.keep) listener->close();  // whoever comes now is told at once
        const bool has_name = client->peer().is_complete();
        const std::string name = has_name ? client->peer().to_string() : "a client of " + options.host;
        if (options.verbose) pier::say(program, "a connection from " + name);
        StreamWire wire(std::move(*client), name);
        Talk talk(wire, console, rules_of(options));
        const Outcome outcome = co_await talk.run();
        if (outcome == Outcome::output_gone || outcome == Outcome::interrupted) co_return 1;
        if (!options.keep) co_return outcome == Outcome::well ? 0 : 1;
    }
}

pier::Task<int> serve_datagrams(const Options& options, const std::vector<pier::Endpoint>& addresses,
                                std::uint16_t port) {
    auto open = [](const pier::Endpoint& local) { return pier::Datagram::open(local); };
    auto socket = open_first<pier::Datagram>(options, addresses, port, open);
    if (!socket) co_return 1;
    std::vector<std::byte> first(longest_datagram);
    auto got = co_await socket->receive(first);
    if (!got) {
        const bool cancelled = got.error() == pier::Errc::operation_canceled;
        if (!cancelled) pier::complain(program, "receiving on " + socket->local().to_string(), got.error());
        co_return 1;
    }
    first.resize(got->size);
    CallerWire wire(*socket, std::move(first), got->from, options.keep);
    if (options.verbose) pier::say(program, "the first datagram came from " + CallerWire::name_of(got->from));
    TalkRules rules = rules_of(options);
    if (options.keep) {  // nobody in particular is talked to, so there is no end but the user's
        rules.input = false;
        rules.quit.reset();
        rules.idle.reset();
    }
    Console console;
    Talk talk(wire, console, rules);
    const Outcome outcome = co_await talk.run();
    co_return outcome == Outcome::well ? 0 : 1;
}

}  // namespace

pier::Task<int> listen(const Options& options) {
    const auto addresses = co_await find_host(options);
    if (!addresses) co_return 1;
    const auto ports = co_await find_ports(options);
    if (!ports) co_return 1;
    if (options.datagrams) co_return co_await serve_datagrams(options, *addresses, ports->front());
    co_return co_await serve_streams(options, *addresses, ports->front());
}

}  // namespace nc
