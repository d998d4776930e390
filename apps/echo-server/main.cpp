// Sends back what it receives, by TCP and by UDP.
#include <pier/cli/program.hpp>
#include <pier/server/serve.hpp>
#include <pier/sleep.hpp>

#include <chrono>
#include <cstddef>
#include <span>
#include <vector>

namespace {

constexpr std::string_view program = "pier-echo-server";

// No datagram of UDP is longer, so none is cut.
constexpr std::size_t longest_datagram = 65536;
// Many clients' datagrams may come at once. A hint: the system has a limit of its own.
constexpr int receive_buffer = 1 << 20;
constexpr pier::Duration shortage_pause = std::chrono::milliseconds(20);

pier::Task<pier::Result<void>> echo(pier::Stream peer) {
    for (;;) {
        auto got = co_await peer.receive();
        if (!got) co_return std::unexpected(got.error());
        if (got->empty()) co_return {};  // the close that follows tells the peer; peer.finish() would be a call more
        if (auto sent = co_await peer.send_all(*got); !sent) co_return std::unexpected(sent.error());
    }
}

bool passes(const pier::Error& error) noexcept {
    return error == pier::Errc::no_buffer_space || error == pier::Errc::not_enough_memory;
}

// One datagram after the other. What can't be sent to one client is lost, as on the way: it must not end the others.
pier::Task<pier::Result<void>> echo_datagrams(pier::Datagram socket) {
    (void)socket.set(pier::Option::receive_buffer, receive_buffer);
    std::vector<std::byte> buffer(longest_datagram);
    for (;;) {
        auto got = co_await socket.receive(buffer);
        if (!got && got.error() == pier::Errc::operation_canceled) co_return std::unexpected(got.error());
        if (!got && !passes(got.error())) {
            pier::complain(program, "receiving at " + socket.local().to_string(), got.error());
            co_return std::unexpected(got.error());
        }
        if (!got) {
            auto slept = co_await pier::sleep(pier::after(shortage_pause));
            if (!slept) co_return std::unexpected(slept.error());
            continue;
        }
        // Of a port like ours it is another echo server, or ourselves, as somebody has forged it: the two would send
        // that datagram to each other for ever.
        if (got->from.port() == socket.local().port()) continue;
        auto sent = co_await socket.send_to(std::span(buffer).first(got->size), got->from);
        if (!sent && sent.error() == pier::Errc::operation_canceled) co_return std::unexpected(sent.error());
    }
}

}  // namespace

int main(int argc, char** argv) {
    return pier::serve(argc, argv,
                       {.name = program,
                        .handler = echo,
                        .datagrams = echo_datagrams,
                        .usual_protocols = pier::Protocols::tcp,
                        .summary = "Echoes TCP streams and UDP datagrams: the same handlers under every I/O engine."});
}
