#include "serve_options.hpp"

#include "listen_places.hpp"
#include "model/choice.hpp"

#include <pier/cli/command_line.hpp>
#include <pier/cli/help.hpp>
#include <pier/cli/program.hpp>

#include <algorithm>
#include <thread>
#include <utility>

namespace pier {

namespace {

// Threads or processes of a server: more than a system has by default, and few enough to count and to signal.
constexpr std::size_t most_at_a_time = 32768;

// What the command line says, as it says it.
struct Words {
    explicit Words(const Service& service)
        : more(service.more.size()),
          most_connections(service.most_connections),
          client_speaks_first(service.client_speaks_first) {}

    std::optional<std::string> engine;
    std::optional<std::string> model;
    bool list_engines = false;
    std::vector<std::string> listen;
    bool tcp = false;
    bool udp = false;
    std::vector<std::string> more;
    std::size_t most_connections;
    std::optional<unsigned> threads;
    std::optional<std::size_t> max_threads;
    std::optional<std::size_t> max_children;
    std::optional<std::size_t> workers;
    bool client_speaks_first;
};

std::string usual_place(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

void add_connection_options(CommandLine& app, const Service& service, Words& words) {
    app.add_option("--listen", words.listen,
                   "where to listen: 127.0.0.1:7000, [::1]:7000, localhost:http, *:7000 for all addresses of the "
                   "machine, unix:/path for a Unix-domain socket; may be repeated; port 0 takes a free one (default " +
                       usual_place(service.port) + ")")
        .shown_as("ADDRESS:PORT")
        .group("Connections")
        .take_all()
        .one_word_each();  // "[::1]:7000" is one
    if (service.usual_protocols) {
        const auto usual = [&](Protocols which) { return *service.usual_protocols == which ? " (default)" : ""; };
        app.add_flag("--tcp", words.tcp, std::string("serve TCP") + usual(Protocols::tcp)).group("Connections");
        app.add_flag("--udp", words.udp,
                     std::string("serve UDP") + usual(Protocols::udp) +
                         ", by the models event and iterative; with --tcp both, at the same ports" +
                         usual(Protocols::both))
            .group("Connections");
    }
    for (std::size_t i = 0; i < service.more.size(); ++i) {
        const ServicePort& port = service.more[i];
        app.add_option("--listen-" + std::string(port.name), words.more[i],
                       "where to listen for " + std::string(port.name) + " (default " + usual_place(port.port) + ")")
            .shown_as("ADDRESS:PORT")
            .group("Connections")
            .one_word_each();
    }
    app.add_option("--max-connections", words.most_connections,
                   "how many clients are served at a time; more wait until one ends (default any number)")
        .shown_as("N")
        .group("Connections")
        .range(std::size_t{1}, std::size_t{1} << 30);
    app.add_flag("--client-speaks-first", words.client_speaks_first,
                 "accept a connection when its first data has come: less work where clients are short (Linux; no "
                 "effect elsewhere)")
        .group("Connections");
}

void add_engine_options(CommandLine& app, Words& words) {
    app.add_option("--engine", words.engine, "the way to wait for sockets (default the best one of this system)")
        .shown_as("NAME")
        .group("Engine");
    app.add_flag("--list-engines", words.list_engines,
                 "list the engines of this build, the models, and what each is, then exit")
        .group("Engine");
}

void add_model_options(CommandLine& app, Words& words) {
    app.add_option("--model", words.model,
                   "the way to serve many clients; with each, any engine that it can have (default event, or iterative "
                   "on an engine that blocks)")
        .shown_as("NAME")
        .group("Model");
    app.add_option(
           "--threads", words.threads,
           "loops to spread connections over, one a thread (event; default 1), or threads that serve one client after "
           "the other (pool; default one for each processor)")
        .shown_as("N")
        .group("Model")
        .range(1U, 256U);
    app.add_option("--max-threads", words.max_threads,
                   "clients with a thread at a time; more wait (thread; default 256)")
        .shown_as("N")
        .group("Model")
        .range(std::size_t{1}, most_at_a_time);
    app.add_option("--max-children", words.max_children,
                   "clients with a process at a time; more wait (process; default 256)")
        .shown_as("N")
        .group("Model")
        .range(std::size_t{1}, most_at_a_time);
    app.add_option("--workers", words.workers,
                   "processes that share the listeners (prefork; default one for each processor)")
        .shown_as("N")
        .group("Model")
        .range(std::size_t{1}, std::size_t{256});
}

void add_usual_examples(CommandLine& app, const Service& service) {
    const std::string name(service.name);
    const std::string usual = usual_place(service.port);
    const std::string both = name + " --listen " + usual + " --listen '[::1]:" + std::to_string(service.port) + "'";
    const std::string free = name + " --listen 127.0.0.1:0";
    if (service.one_loop) {
        add_examples(app, {{name, "listens at " + usual + ", by the best engine, until Ctrl-C"},
                           {both, "IPv4 and IPv6, on this machine alone"},
                           {free, "a free port, which is printed"}});
        return;
    }
    const std::string plain_meaning = "listens at " + usual + ", by the best engine, until Ctrl-C";
    const std::string threaded = free + " --threads 2";
    const std::string protocols = name + " --tcp --udp";
    const Example plain{name, plain_meaning};
    const Example families{both, "IPv4 and IPv6, on this machine alone"};
    const Example loops{threaded, "a free port, which is printed; two loops share its connections"};
    if (service.usual_protocols) {
        add_examples(app, {plain, families, loops, {protocols, "TCP and UDP, at one port"}});
    } else {
        add_examples(app, {plain, families, loops});
    }
}

// The places of the service's further ports. Says what is wrong with one.
std::optional<std::vector<Endpoint>> further_places(const Service& service, const Words& words) {
    std::vector<Endpoint> places;
    for (std::size_t i = 0; i < words.more.size(); ++i) {
        if (words.more[i].empty()) {
            places.push_back(Endpoint::loopback(Family::ipv4, service.more[i].port));
            continue;
        }
        auto endpoints = find_listen_places(service.name, {words.more[i]});
        if (!endpoints) return std::nullopt;
        if (endpoints->size() > 1) {
            say(service.name, "\"" + words.more[i] + "\": these are several addresses, and it can be only one");
            return std::nullopt;
        }
        places.push_back(endpoints->front());
    }
    return places;
}

// At most so many; 0: any number.
template <class N>
N at_most(N count, std::size_t most) {
    return most == 0 ? count : static_cast<N>(std::min<std::size_t>(count, most));
}

// How many threads and processes: in the models that give each client one, --max-connections bounds them, too.
void set_bounds(ServeOptions& options, const Words& words) {
    const unsigned processors = std::clamp(std::thread::hardware_concurrency(), 1U, 256U);
    const bool shares_loops = options.model->many_on_a_loop;
    options.threads = words.threads.value_or(shares_loops ? 1 : processors);
    if (!shares_loops) options.threads = at_most(options.threads, options.most_connections);
    options.max_threads = at_most(words.max_threads.value_or(options.max_threads), options.most_connections);
    options.max_children = at_most(words.max_children.value_or(options.max_children), options.most_connections);
    options.workers = at_most(words.workers.value_or(processors), options.most_connections);
}

// What is served: what there are handlers for, and of these what was chosen.
Protocols protocols_of(const Service& service, const Words& words) {
    if (!service.datagrams) return Protocols::tcp;
    if (!service.handler && !service.per_loop) return Protocols::udp;
    if (words.tcp && words.udp) return Protocols::both;
    if (words.tcp) return Protocols::tcp;
    if (words.udp) return Protocols::udp;
    return service.usual_protocols.value_or(Protocols::both);
}

// What UDP has no use for, or the model has none for UDP. Says so.
bool fits_udp(const Service& service, const Words& words, const ServeOptions& options) {
    const bool further =
        std::ranges::any_of(service.more, [](const ServicePort& port) { return static_cast<bool>(port.datagrams); });
    if (!options.udp() && !further) return true;
    if (options.model->tcp_alone) {
        std::string names;
        for (const ModelInfo& model : models()) {
            if (!model.tcp_alone) names.append(names.empty() ? "" : " or ").append(model.name);
        }
        say(service.name, "the " + std::string(options.model->name) +
                              " model spreads connections, and UDP has none; with UDP, --model is " + names);
        return false;
    }
    for (const Endpoint& endpoint : options.listen) {
        if (!endpoint.is_unix() || !options.udp()) continue;
        say(service.name, "--listen: " + endpoint.to_string() + " is no address of UDP");
        return false;
    }
    if (!options.tcp() && service.more.empty() && words.threads.value_or(1) > 1) {
        say(service.name, "--threads: one loop has all the datagrams, so further ones have a use only with --tcp");
        return false;
    }
    return true;
}

// What the model has no use for. Says so.
bool fits(const Service& service, const Words& words, const ServeOptions& options) {
    const ModelInfo& model = *options.model;
    const std::string which =
        "the " + std::string(model.name) + " model, on the " + std::string(options.engine->name) + " engine, ";
    if (service.one_loop && (model.one_listener || model.tcp_alone)) {
        say(service.name, which + "spreads its clients, and this service keeps them together in one loop");
        return false;
    }
    const std::pair<std::string_view, bool> bounds[] = {
        {"--threads", words.threads.value_or(1) > 1},  // one is what every model has
        {"--max-threads", words.max_threads.has_value()},
        {"--max-children", words.max_children.has_value()},
        {"--workers", words.workers.has_value()},
    };
    for (const auto& [option, given] : bounds) {
        if (!given || option == model.bound) continue;
        say(service.name, which + "has no " + std::string(option) + "; see --help for what it has");
        return false;
    }
    if (!fits_udp(service, words, options)) return false;
    const bool many = options.listen.size() > 1 || !options.more.empty() || options.protocols == Protocols::both;
    if (many && (model.one_listener || options.engine->one_at_a_time)) {
        say(service.name, which + "waits for one socket: it takes one --listen, and one of TCP and UDP");
        return false;
    }
    return true;
}

}  // namespace

ParsedOptions parse_serve_options(int argc, char** argv, const Service& service) {
    const std::string name(service.name);
    CommandLine app{std::string(service.summary), name};
    Words words(service);
    add_connection_options(app, service, words);
    if (service.options) service.options(app);
    add_engine_options(app, words);
    if (!service.one_loop) add_model_options(app, words);
    if (app.footer().empty()) add_usual_examples(app, service);  // the program has none of its own

    const ParsedOptions wrong{.options = std::nullopt, .status = 2};
    if (auto status = parse_command_line(app, argc, argv)) return {.options = std::nullopt, .status = *status};
    if (words.list_engines) return {.options = std::nullopt, .status = print(name, list_engines_and_models()) ? 0 : 1};
    ServeOptions options;
    const auto choice = choose_model(name, words.model, words.engine);
    if (!choice) return wrong;
    options.model = choice->model;
    options.engine = choice->engine;
    auto endpoints = find_listen_places(name, words.listen);
    if (!endpoints) return wrong;
    options.listen = std::move(*endpoints);
    options.listen_given = !options.listen.empty();
    if (options.listen.empty()) options.listen.push_back(Endpoint::loopback(Family::ipv4, service.port));
    auto more = further_places(service, words);
    if (!more) return wrong;
    options.more = std::move(*more);
    options.most_connections = words.most_connections;
    options.protocols = protocols_of(service, words);
    set_bounds(options, words);
    options.client_speaks_first = words.client_speaks_first;
    if (!fits(service, words, options)) return wrong;
    return {.options = std::move(options), .status = 0};
}

}  // namespace pier
