// The frame of a server program: its options, its loops and threads, accepting, and a graceful stop.
#pragma once

#include <pier/stream.hpp>
#include <pier/task.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace pier {

struct Service {
    std::string_view name;  // "echo": messages begin with it
    // For each connection; called on the connection's own loop. An exception of the call, or of its task, ends that
    // connection and nothing else: stderr tells each kind (type and text) once, and at the end how many there were.
    std::function<Task<Result<void>>(Stream)> handler{};
    std::string_view summary{};                       // one sentence for --help
    std::uint16_t port = 7000;                        // of 127.0.0.1, where no --listen is given
    bool client_speaks_first = false;                 // as ListenerOptions
    Duration grace = std::chrono::milliseconds(500);  // how long connections may go on after the request to stop
};

// main() of a server: parses --engine, --list-engines, --listen (repeatable), --threads, --help and --version; prints
// "listening tcp ADDRESS:PORT engine=NAME" for each socket when it is ready; serves until SIGINT, SIGTERM or the like;
// then stops accepting, gives connections the grace, cancels what is left and returns. A second request ends the grace.
// Signals then do what they did before the call.
// The exit status: 0 after a stop, 1 after a failure (one sentence on stderr; also when one of the threads can't be
// made), 2 for wrong usage. On Windows the
// process models run main() again up to this call: what must happen only once has to stand behind it.
[[nodiscard]] int serve(int argc, char** argv, const Service& service);

}  // namespace pier
