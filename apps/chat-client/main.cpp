// Talks in a chat room: what is typed goes to everybody, what they say comes above the line.
#include "chat.hpp"
#include "options.hpp"

#include <pier/cli/program.hpp>
#include <pier/loop.hpp>

int main(int argc, char** argv) {
    using namespace chat_client;
    const auto parsed = parse_options(argc, argv);
    if (!parsed) return parsed.error();
    const Options& options = *parsed;
    if (options.engine->one_at_a_time) {
        pier::say(program, "the " + std::string(options.engine->name) +
                               " engine does one thing at a time, and a chat has two: keyboard and network");
        return 2;
    }
    auto loop = pier::Loop::create(*options.engine);
    if (!loop) return pier::complain(program, "starting engine " + std::string(options.engine->name), loop.error());
    return (*loop)->run(run(options));
}
