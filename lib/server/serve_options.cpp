#include "serve_options.hpp"

#include "model.hpp"

#include <pier/cli/program.hpp>

#include <CLI/CLI.hpp>

namespace pier {

ParsedOptions parse_serve_options(int argc, char** argv, const Service& service) {
    std::string name(service.name);
    CLI::App app{std::string(service.summary), name};
    std::optional<std::string> engine_name;
    bool list = false;
    std::vector<std::string> listen;
    unsigned threads = 1;
    bool client_speaks_first = service.client_speaks_first;
    app.add_option("--engine", engine_name, "I/O engine by name; without it the best one of the system");
    app.add_flag("--list-engines", list, "list the engines of this build and what each is, then exit");
    app.add_option("--listen", listen,
                   "ADDRESS:PORT to listen on, [::1]:7000 for IPv6; may be repeated; port 0 takes a free one (default "
                   "127.0.0.1:" +
                       std::to_string(service.port) + ")")
        ->take_all()
        ->allow_extra_args(false);  // else CLI11 takes "[a,b]" apart
    app.add_option("--threads", threads, "loops to spread connections over, one a thread (event engines only)")
        ->check(CLI::Range(1U, 256U));
    app.add_flag("--client-speaks-first", client_speaks_first,
                 "accept a connection when its first data has come: less work where clients are short (Linux; no "
                 "effect elsewhere)");

    if (auto status = parse_command_line(app, argc, argv)) return {.options = std::nullopt, .status = *status};
    if (list) {
        return {.options = std::nullopt, .status = print(name, list_engines()) ? 0 : 1};
    }
    ServeOptions options;
    options.engine = choose_engine(name, engine_name);
    if (options.engine == nullptr) return {.options = std::nullopt, .status = 2};
    auto endpoints = parse_endpoints(name, listen);
    if (!endpoints) return {.options = std::nullopt, .status = 2};
    options.listen = std::move(*endpoints);
    if (options.listen.empty()) options.listen.push_back(Endpoint::loopback(Family::ipv4, service.port));
    options.threads = threads;
    options.client_speaks_first = client_speaks_first;
    bool event = model_for(*options.engine) == Model::event;
    if (!event && (threads > 1 || options.listen.size() > 1)) {
        say(name, "the " + std::string(options.engine->name) +
                      " engine serves one connection at a time: it takes one --listen and one thread");
        return {.options = std::nullopt, .status = 2};
    }
    return {.options = std::move(options), .status = 0};
}

}  // namespace pier
