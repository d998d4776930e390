#include "connect.hpp"

#include "reach.hpp"
#include "talk.hpp"

#include <pier/cli/place.hpp>
#include <pier/cli/program.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace nc {
namespace {

using Addresses = std::vector<pier::Endpoint>;
using Connected = pier::Result<std::unique_ptr<Wire>>;

void complain_of(const pier::Endpoint& peer, const pier::Error& error) {
    pier::complain(program, "connecting to " + peer.to_string(), error);
}

// What the addresses have said which did not answer: to who asks, a line each; to others one sentence, if none did.
void tell_failures(const Options& options, const pier::Race& race, const Addresses& addresses, std::uint16_t port) {
    if (options.verbose) {
        for (const pier::FailedAttempt& each : race.attempts) {
            if (each.error) complain_of(each.to, each.error);
        }
    } else if (!race.connected) {
        const bool is_one = addresses.size() == 1;
        const std::string name =
            is_one ? addresses.front().with_port(port).to_string() : options.host + ":" + std::to_string(port);
        const pier::ConnectFailure failure(race.connected.error(), race.attempts);
        pier::complain_of_connect(program, "connecting to " + name, failure);
    }
}

// Null after a sentence, or when the task was cancelled.
pier::Task<std::unique_ptr<Wire>> open_stream(const Options& options, const Addresses& addresses, std::uint16_t port,
                                              const Addresses& sources) {
    auto race = co_await reach(options, addresses, port, sources);
    if (!race.connected && race.connected.error() == pier::Errc::operation_canceled) co_return nullptr;
    tell_failures(options, race, addresses, port);
    if (!race.connected) co_return nullptr;
    pier::Stream& stream = *race.connected;
    std::string from;
    if (auto local = stream.local(); local && !local->is_unix()) from = " from " + local->to_string();
    const std::string name = stream.peer().to_string();
    if (options.verbose) pier::say(program, "connected to " + name + from);
    co_return std::make_unique<StreamWire>(std::move(stream), name);
}

Connected open_datagrams(const Options& options, const pier::Endpoint& peer, const Addresses& sources) {
    auto source = pier::source_for(sources, peer);
    if (!source) return std::unexpected(source.error());
    auto socket = pier::Datagram::connect(peer, *source);
    if (!socket) return std::unexpected(socket.error());
    const std::string name = socket->peer().to_string();
    if (options.verbose) pier::say(program, "sending datagrams to " + name + " from " + socket->local().to_string());
    return std::make_unique<DatagramWire>(std::move(*socket), name);
}

// Towards the first address that this machine can send to: nobody answers a connect of datagrams. Null after a
// sentence.
std::unique_ptr<Wire> open_first_datagrams(const Options& options, const Addresses& addresses, std::uint16_t port,
                                           const Addresses& sources) {
    for (const pier::Endpoint& address : addresses) {
        const pier::Endpoint peer = address.with_port(port);
        Connected wire = open_datagrams(options, peer, sources);
        if (wire) return std::move(*wire);
        const bool is_last = &address == &addresses.back();
        if (is_last || options.verbose) complain_of(peer, wire.error());
    }
    return nullptr;
}

// Null after a sentence, or when the task was cancelled.
pier::Task<std::unique_ptr<Wire>> open_wire(const Options& options, const Addresses& addresses, std::uint16_t port,
                                            const Addresses& sources) {
    if (options.datagrams) co_return open_first_datagrams(options, addresses, port, sources);
    co_return co_await open_stream(options, addresses, port, sources);
}

}  // namespace

pier::Task<int> connect(const Options& options) {
    const auto addresses = co_await find_host(options);
    if (!addresses) co_return 1;
    const auto ports = co_await find_ports(options);
    if (!ports) co_return 1;
    const auto sources = co_await find_sources(options);
    if (!sources) co_return 1;
    Console console;
    bool connected = false;
    bool well = true;
    for (const std::uint16_t port : *ports) {
        const auto wire = co_await open_wire(options, *addresses, port, *sources);
        if (wire == nullptr) continue;
        connected = true;
        Talk talk(*wire, console, rules_of(options));
        const Outcome outcome = co_await talk.run();
        if (outcome != Outcome::well) well = false;
        if (outcome == Outcome::output_gone || outcome == Outcome::interrupted) break;
    }
    co_return connected&& well ? 0 : 1;
}

}  // namespace nc
