// The command line of a server.
#pragma once

#include <pier/endpoint.hpp>
#include <pier/loop.hpp>
#include <pier/server/serve.hpp>

#include <optional>
#include <vector>

namespace pier {

struct ModelInfo;

struct ServeOptions {
    const ModelInfo* model = nullptr;
    const EngineInfo* engine = nullptr;
    std::vector<Endpoint> listen;
    bool listen_given = false;
    std::vector<Endpoint> more;  // as Service::more
    Protocols protocols = Protocols::tcp;

    [[nodiscard]] bool tcp() const noexcept { return protocols != Protocols::udp; }
    [[nodiscard]] bool udp() const noexcept { return protocols != Protocols::tcp; }
    unsigned threads = 1;
    std::size_t max_threads = 256;
    std::size_t max_children = 256;
    std::size_t workers = 1;
    std::size_t most_connections = 0;  // 0: any number
    bool client_speaks_first = false;
};

// Either the options, or the exit status after everything has been said (--help, --list-engines, wrong usage).
struct ParsedOptions {
    std::optional<ServeOptions> options;
    int status = 0;
};
[[nodiscard]] ParsedOptions parse_serve_options(int argc, char** argv, const Service& service);

}  // namespace pier
