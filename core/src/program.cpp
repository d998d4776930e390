#include <pier/program.hpp>

#include <pier/loop.hpp>
#include <pier/spi/sys.hpp>
#include <pier/version.hpp>

#include <CLI/CLI.hpp>

#include <cstdio>

namespace pier {

std::optional<int> parse_command_line(CLI::App& app, int argc, char** argv) {
    sys::prepare_process();
    app.set_version_flag("--version", std::string(app.get_name()) + " " + std::string(version));
    std::vector<std::string> words = sys::arguments(argc, argv);
    std::reverse(words.begin(), words.end());  // CLI11 takes a vector from its back
    if (!words.empty()) words.pop_back();
    try {
        app.parse(std::move(words));
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
            app.exit(error);  // --help, --version
            std::fflush(stdout);
            return 0;
        }
        std::fprintf(stderr, "%s: %s; see --help\n", app.get_name().c_str(), error.what());
        return 2;
    }
    return std::nullopt;
}

int complain(std::string_view program, std::string_view what, const Error& error) {
    std::fprintf(stderr, "%.*s: %.*s: %s\n", static_cast<int>(program.size()), program.data(),
                 static_cast<int>(what.size()), what.data(), describe(error).c_str());
    return 1;
}

bool print(std::string_view program, std::string_view text) {
    bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
    if (written) return true;
    std::fprintf(stderr, "%.*s: the output can't be written\n", static_cast<int>(program.size()), program.data());
    return false;
}

std::string list_engines() {
    std::string text;
    for (const spi::EngineInfo& engine : engines()) {
        std::string obstacle = engine.probe();
        text += std::string(engine.name) + ": ";
        text += obstacle.empty() ? std::string(engine.summary) : "can't run here: " + obstacle;
        text += '\n';
    }
    return text;
}

const spi::EngineInfo* choose_engine(std::string_view program, std::string_view name) {
    const spi::EngineInfo* engine = find_engine(name);
    if (engine == nullptr) {
        std::string names;
        for (const spi::EngineInfo& each : engines()) names += (names.empty() ? "" : ", ") + std::string(each.name);
        std::fprintf(stderr, "%.*s: there is no engine \"%.*s\" on this system; there are: %s\n",
                     static_cast<int>(program.size()), program.data(), static_cast<int>(name.size()), name.data(),
                     names.c_str());
        return nullptr;
    }
    if (std::string obstacle = engine->probe(); !obstacle.empty()) {
        std::fprintf(stderr, "%.*s: engine %.*s can't run here: %s\n", static_cast<int>(program.size()), program.data(),
                     static_cast<int>(engine->name.size()), engine->name.data(), obstacle.c_str());
        return nullptr;
    }
    return engine;
}

std::optional<std::vector<Endpoint>> parse_endpoints(std::string_view program, const std::vector<std::string>& texts) {
    std::vector<Endpoint> endpoints;
    for (const std::string& text : texts) {
        auto endpoint = Endpoint::parse(text);
        if (!endpoint) {
            std::fprintf(stderr, "%.*s: \"%s\": %s\n", static_cast<int>(program.size()), program.data(), text.c_str(),
                         describe(endpoint.error()).c_str());
            return std::nullopt;
        }
        endpoints.push_back(*endpoint);
    }
    return endpoints;
}

}  // namespace pier
