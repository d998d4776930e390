// The frame of a server program: its options, its loops and threads, accepting, and a graceful stop. A Server alone,
// for a program that keeps its main() to itself, is in <pier/server/server.hpp>.
#pragma once

#include <pier/server/server.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pier {

class CommandLine;  // <pier/cli/command_line.hpp>

// A further port beside the service's own: --listen-NAME says where, by default on 127.0.0.1.
struct ServicePort {
    std::string_view name;
    std::uint16_t port = 0;
    Handler handler{};
    std::function<Handler()> per_loop{};  // as in Service
    DatagramHandler datagrams{};          // UDP instead of TCP
};

// What a service speaks at its addresses.
enum class Protocols : std::uint8_t { tcp, udp, both };

struct Service {
    std::string_view name;  // "echo": messages begin with it
    // For each connection; called on the connection's own loop. An exception of the call, or of its task, ends that
    // connection and nothing else: stderr tells each kind (type and text) once, and at the end how many there were.
    Handler handler{};
    // In the place of `handler`, where each loop has a state of its own: called once on each loop's thread, and makes
    // that loop's handler, which lives until the last of its connections has ended.
    std::function<Handler()> per_loop{};
    // For UDP at the same addresses, with the listeners' numbers where the system chooses ports: on the first loop,
    // whatever --threads says. The models thread, pool, process and prefork spread connections, and have no UDP.
    DatagramHandler datagrams{};
    // Of a service that has both kinds of handlers. With a value the command line chooses by --tcp and --udp, and this
    // is what it has chosen when it says nothing. Without one, both are served.
    std::optional<Protocols> usual_protocols{};
    std::vector<ServicePort> more{};
    std::string_view summary{};                       // one sentence for --help
    std::uint16_t port = 7000;                        // of 127.0.0.1, where no --listen is given
    bool client_speaks_first = false;                 // as ListenerOptions
    Duration grace = std::chrono::milliseconds(500);  // how long connections may go on after the request to stop
    std::size_t most_connections = 0;                 // of all loops together, unless --max-connections says; 0: any
    // The handlers share a state that has no locks: one loop runs them all, and there is no --threads.
    bool one_loop = false;
    // Adds options of the program's own. What they are has been read before any handler is made or called.
    std::function<void(CommandLine& app)> options{};
    // As ServerOptions; on the connection's own loop, so on several threads.
    std::function<void(const Endpoint& peer, const Error& error)> on_failure{};
};

// main() of a server: parses --engine, --model, --list-engines, --listen (repeatable), --listen-NAME for further ports,
// the bounds of the models (--threads, --max-threads, --max-children, --workers), --max-connections, --help and
// --version; prints "listening tcp ADDRESS:PORT engine=NAME" (or udp; further ports with " port=NAME" behind) for each
// socket when all are ready; serves until SIGINT, SIGTERM or the like; then stops accepting, gives connections the
// grace, cancels what is left and returns. A second request ends the grace. Signals then do what they did before the
// call. Where systemd has opened the listeners (LISTEN_FDS), they take the place of --listen, one that is named like a
// further port being that port; it is told when the server is ready and when it begins to stop (NOTIFY_SOCKET). The
// exit status: 0 after a stop, 1 after a failure (one sentence on stderr; also when one of the threads can't be made),
// 2 for wrong usage. What a model asks of the program: under thread and pool the handler has a stack of 256 KiB. Under
// process and prefork it runs in a child process. That is a fork, so no thread may be alive at this call; or on Windows
// this program started again with the same arguments, so what main() does before this call it does in each child. Under
// them, Service::per_loop is called in each child, which tells its exceptions itself. The call returns in the parent
// alone.
[[nodiscard]] int serve(int argc, char** argv, const Service& service);

}  // namespace pier
