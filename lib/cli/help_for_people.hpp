// How --help looks, for CLI11.
#pragma once

namespace CLI {
class App;
}

namespace pier {

// Takes CLI11's own help's place, for the program and the subcommands that it has by now. What an option's value is
// called is its option_text() ("SIZE"); CLI11 would say the value's type and its checks.
void use_help_for_people(CLI::App& app);

}  // namespace pier
