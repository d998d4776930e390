#include "connect.hpp"

#include "reach.hpp"
#include "talk.hpp"

#include <pier/cli/program.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace nc {
namespace {

using Connected = pier::Result<std::unique_ptr<Wire>>;

pier::Task<Connected> open_stream(const Options& options, const pier::Endpoint& peer,
                                  const std::vector<pier::Endpoint>& sources) {
    auto stream = co_await reach(options, peer, sources);
    if (!stream) co_return std::unexpected(stream.error());
    std::string from;
    if (auto local = stream->local(); local && !local->is_unix()) from = " from " + local->to_string();
    const std::string name = stream->peer().to_string();
    if (options.verbose) pier::say(program, "connected to " + name + from);
    co_return std::make_unique<StreamWire>(std::move(*stream), name);
}

Connected open_datagrams(const Options& options, const pier::Endpoint& peer,
                         const std::vector<pier::Endpoint>& sources) {
    auto source = source_for(sources, peer);
    if (!source) return std::unexpected(source.error());
    auto socket = pier::Datagram::connect(peer, *source);
    if (!socket) return std::unexpected(socket.error());
    const std::string name = socket->peer().to_string();
    if (options.verbose) pier::say(program, "sending datagrams to " + name + " from " + socket->local().to_string());
    return std::make_unique<DatagramWire>(std::move(*socket), name);
}

// Null after a sentence, or when the task was cancelled.
pier::Task<std::unique_ptr<Wire>> open_wire(const Options& options, const std::vector<pier::Endpoint>& addresses,
                                            std::uint16_t port, const std::vector<pier::Endpoint>& sources) {
    for (const pier::Endpoint& address : addresses) {
        const pier::Endpoint peer = address.with_port(port);
        Connected wire = nullptr;
        if (options.datagrams) {
            wire = open_datagrams(options, peer, sources);
        } else {
            wire = co_await open_stream(options, peer, sources);
        }
        if (wire) co_return std::move(*wire);
        if (wire.error() == pier::Errc::operation_canceled) break;
        // What other addresses had to say is told to who asks.
        const bool is_last = &address == &addresses.back();
        if (is_last || options.verbose) pier::complain(program, "connecting to " + peer.to_string(), wire.error());
    }
    co_return nullptr;
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
