// How --help looks, in every program: groups of options, 80 columns, examples at the end.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace pier {

// A command that can be typed as it stands, and what it does.
struct Example {
    std::string_view command;
    std::string_view meaning;
};

// Shown at the end of the command's help. The test `docs` runs them.
void add_examples(CLI::App& command, std::initializer_list<Example> examples);

// What a word of the command line may be, and what it means.
struct Term {
    std::string name;
    std::string meaning;
};

// A list of its own, between the options and the examples, which have been added before.
void add_terms(CLI::App& command, std::string title, std::span<const Term> terms);

// Takes CLI11's own help's place, for the program and the subcommands that it has by now. What an option's value is
// called is its option_text() ("SIZE"); CLI11 would say the value's type and its checks.
void use_help_for_people(CLI::App& app);

}  // namespace pier
