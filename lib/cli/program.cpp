#include <pier/cli/program.hpp>

#include <pier/cli/help.hpp>
#include <pier/cli/printable.hpp>
#include <pier/loop.hpp>
#include <pier/sys/error.hpp>
#include <pier/sys/process.hpp>
#include <pier/version.hpp>

#include <CLI/CLI.hpp>

#include <cstdio>
#include <new>
#include <sstream>

namespace pier {
namespace {

// A server model's name stands for the engine beneath it, in every program.
std::string_view engine_of_preset(std::string_view name) noexcept { return name == "iterative" ? "blocking" : name; }

// CLI11's words, but where they are about its own types and counts, or too many.
std::string sentence(const CLI::App& app, const CLI::ParseError& error) {
    std::string text = error.what();
    if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
        return "unexpected argument \"" + app.remaining(true).front() + "\"";
    }
    if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) == nullptr) return text.substr(0, text.find(". Allowed"));
    std::string option = text.substr(0, text.find(':'));
    return option + (text.ends_with("missing") ? ": its value is missing" : ": it can be given only once");
}

}  // namespace

std::string_view advice(const Error& error) noexcept {
    switch (error.condition) {
        case Errc::connection_refused:
            return "nobody listens there: is the server running, and is the port right?";
        case Errc::host_not_found:
            return "is the name right?";
        case Errc::temporary_resolver_failure:
            return "no server of names answers; try again later";
        default:
            return sys::advice(error);
    }
}

std::optional<int> parse_command_line(CLI::App& app, int argc, char** argv) {
    sys::prepare_process();
    app.set_version_flag("--version", std::string(app.get_name()) + " " + std::string(version),
                         "print the name and the version, and exit");
    use_help_for_people(app);
    std::vector<std::string> words = sys::arguments(argc, argv);
    std::reverse(words.begin(), words.end());  // CLI11 takes a vector from its back
    if (!words.empty()) words.pop_back();
    try {
        app.parse(std::move(words));
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
            std::ostringstream text;
            app.exit(error, text, text);  // --help, --version
            return print(app.get_name(), text.str()) ? 0 : 1;
        }
        say(app.get_name(), sentence(app, error) + "; see --help");
        return 2;
    }
    return std::nullopt;
}

void say(std::string_view program, std::string_view sentence) noexcept {
    try {
        std::string line = std::string(program) + ": " + printable(sentence) + "\n";
        std::fputs(line.c_str(), stderr);
    } catch (const std::bad_alloc&) {
        // The sentence may hold control characters, and there is no memory to replace them.
        std::fwrite(program.data(), 1, program.size(), stderr);
        std::fputs(": there is not enough memory to say why\n", stderr);
    }
    std::fflush(stderr);  // no C library should hold it back; Wine's does, until the program ends
}

int complain(std::string_view program, std::string_view what, const Error& error) {
    std::string sentence = std::string(what) + ": " + describe(error);
    if (std::string_view help = advice(error); !help.empty()) sentence.append("; ").append(help);
    say(program, sentence);
    return 1;
}

bool print(std::string_view program, std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    bool written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;  // also of what was written before
    if (!written) say(program, "the output can't be written");
    return written;
}

std::string list_engines() {
    std::string text;
    for (const EngineInfo& engine : engines()) {
        std::string obstacle = engine.probe();
        text += std::string(engine.name) + ": ";
        text += obstacle.empty() ? std::string(engine.summary) : "can't run here: " + obstacle;
        text += '\n';
    }
    return text;
}

const EngineInfo* choose_engine(std::string_view program, const std::optional<std::string>& name) {
    // find_engine() takes an empty name for none.
    const EngineInfo* engine = name && name->empty() ? nullptr : find_engine(engine_of_preset(name.value_or("")));
    if (engine == nullptr) {
        std::string names;
        for (const EngineInfo& each : engines()) names += (names.empty() ? "" : ", ") + std::string(each.name);
        say(program, "there is no engine \"" + name.value_or("") + "\" on this system; there are: " + names);
        return nullptr;
    }
    if (std::string obstacle = engine->probe(); !obstacle.empty()) {
        say(program, "engine " + std::string(engine->name) + " can't run here: " + obstacle);
        return nullptr;
    }
    return engine;
}

}  // namespace pier
