#include <pier/cli/client_options.hpp>
#include <pier/cli/command_line.hpp>

#include <pier/cli/program.hpp>

#include <chrono>
#include <cmath>
#include <utility>

namespace pier {

std::unexpected<int> refuse_usage(std::string_view program, std::string_view sentence) {
    say(program, std::string(sentence).append("; see --help"));
    return std::unexpected(2);
}

void EngineOption::add_to(CommandLine& app) {
    app.add_option("--engine", name_, "the way to wait for sockets (default the best one of this system)")
        .shown_as("NAME")
        .group("Engine");
    app.add_flag("--list-engines", list_, "list the engines of this build and what each is, then exit").group("Engine");
}

OrStatus<const EngineInfo*> EngineOption::choose(std::string_view program) const {
    if (list_) return std::unexpected(print(program, list_engines()) ? 0 : 1);
    const EngineInfo* engine = choose_engine(program, name_);
    if (engine == nullptr) return std::unexpected(2);
    return engine;
}

ClientOptions::ClientOptions(Usual usual)
    : usual_(std::move(usual)), address_(usual_.address), seconds_(usual_.seconds) {}

void ClientOptions::add_to(CommandLine& app) {
    const std::string port = usual_.address.substr(usual_.address.rfind(':'));
    app.add_option("--connect", address_,
                   "the server, such as [::1]" + port + " or localhost" + port + " (default " + usual_.address + ")")
        .shown_as("ADDRESS:PORT")
        .group(std::string(usual_.group));
    app.add_option("--timeout", seconds_,
                   std::string(usual_.timeout_of) + " (default " + std::to_string(usual_.seconds) + ")")
        .shown_as("SECONDS")
        .group(std::string(usual_.group))
        .range(0.001, 1e6);
}

OrStatus<ClientOptions::Chosen> ClientOptions::choose(std::string_view program) const {
    const auto engine = engine_.choose(program);
    if (!engine) return std::unexpected(engine.error());
    if (std::isnan(seconds_)) {  // which is in no range, and out of none
        say(program, "--timeout: not a number; see --help");
        return std::unexpected(2);
    }
    auto server = Place::parse(address_);
    if (!server) {
        say(program, server.error());
        return std::unexpected(2);
    }
    const auto timeout = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds_));
    return Chosen{.engine = *engine, .server = std::move(*server), .timeout = timeout};
}

}  // namespace pier
