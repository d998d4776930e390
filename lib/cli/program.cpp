#include <pier/cli/program.hpp>

#include <pier/cli/printable.hpp>
#include <pier/loop.hpp>
#include <pier/sys/error.hpp>

#include <cstdio>
#include <new>

namespace pier {
namespace {

// A server model's name stands for the engine beneath it, in every program.
std::string_view engine_of_preset(std::string_view name) noexcept { return name == "iterative" ? "blocking" : name; }

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
