#include "receive.hpp"

#include "packet.hpp"
#include "program.hpp"
#include "report.hpp"
#include "senders.hpp"

#include <pier/cli/latency.hpp>
#include <pier/cli/program.hpp>
#include <pier/datagram.hpp>
#include <pier/loop.hpp>
#include <pier/option.hpp>
#include <pier/socket/groups.hpp>
#include <pier/socket/options.hpp>
#include <pier/socket/own_groups.hpp>

#include <span>
#include <string>
#include <vector>

namespace multicast {
namespace {

constexpr std::size_t longest_received = 65536;
constexpr int receive_buffer = 1 << 20;  // senders don't wait for us; a hint

// Linux lets a socket be bound to the group, and then nothing else comes at its port. Windows does not: there it is any
// address, as Microsoft says ("Multicast Programming Sample"), and what comes is what the socket has joined.
pier::Result<pier::Datagram> open(const pier::Endpoint& group) {
    constexpr pier::DatagramOptions shared{.share_address = true, .dual_stack = false};
    auto bound = pier::Datagram::open(group, shared);
    if (bound || bound.error() != pier::Errc::address_not_available) return bound;
    return pier::Datagram::open(pier::Endpoint::any(group.family(), group.port()), shared);
}

// The system's choice of an interface is by its routes, so a network without any has none.
int complain_of_join(const Options& options, const pier::Error& error) {
    const std::string what = "joining " + options.group.to_string();
    const bool no_choice = options.interface_index == 0 &&
                           (error == pier::Errc::no_such_interface || error == pier::Errc::network_unreachable ||
                            error == pier::Errc::address_not_available);
    if (!no_choice) return pier::complain(program, what, error);
    pier::say(program, what + ": " + pier::describe(error) +
                           "; there is no route to the group: say an interface by --interface");
    return 1;
}

bool is_wanted(const Options& options, const pier::Endpoint& from) noexcept {
    return !options.source || from.v6_bytes() == options.source->v6_bytes();
}

}  // namespace

pier::Task<int> receive(const Options& options) {
    auto opened = open(options.group);
    if (!opened) co_return pier::complain(program, "binding to " + options.group.to_string(), opened.error());
    const pier::Datagram socket = std::move(*opened);
    // Best effort: an old kernel has none of it for IPv6.
    (void)pier::receive_own_groups_alone(socket);
    (void)socket.set(pier::Option::receive_buffer, receive_buffer);
    const auto joined = pier::join(
        socket, {.group = options.group, .interface_index = options.interface_index, .source = options.source});
    if (!joined) co_return complain_of_join(options, joined.error());
    const Report report(options);
    if (!pier::print(program, report.begun(0))) co_return 1;
    std::vector<std::byte> buffer(longest_received);
    Senders senders;
    pier::Deadline limit;
    int status = 0;
    while (options.count == 0 || senders.received() < options.count) {
        if (options.patience) limit = pier::at(pier::this_loop().now() + *options.patience);
        auto got = co_await socket.receive(buffer, limit);
        if (got && !is_wanted(options, got->from)) continue;
        if (!got) {
            if (got.error() == pier::Errc::operation_canceled) break;
            status = 1;
            if (got.error() != pier::Errc::timed_out) {
                pier::complain(program, "receiving " + options.group.to_string(), got.error());
            } else if (options.count == 0) {
                status = senders.received() > 0 ? 0 : 1;
            } else {
                pier::say(program, std::to_string(senders.received()) + " of " + std::to_string(options.count) +
                                       " datagrams have come, and no further one in " +
                                       pier::readable(*options.patience));
            }
            break;
        }
        const auto packet = Packet::read(std::span(buffer).first(got->size));
        const auto seen = senders.take(got->from, packet);
        if (!pier::print(program, report.came(got->from, got->size, packet, seen))) co_return 1;
    }
    if (!pier::print(program, report.statistics(senders))) co_return 1;
    co_return status;
}

}  // namespace multicast
