// How --help looks, in every program: groups of options, 80 columns, examples at the end.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace pier {

class CommandLine;

// A command that can be typed as it stands, and what it does.
struct Example {
    std::string_view command;
    std::string_view meaning;
};

// Shown at the end of the command's help. The test `docs` runs them.
void add_examples(CommandLine& command, std::initializer_list<Example> examples);

// What a word of the command line may be, and what it means.
struct Term {
    std::string name;
    std::string meaning;
};

// A list of its own, between the options and the examples, which have been added before.
void add_terms(CommandLine& command, std::string title, std::span<const Term> terms);

}  // namespace pier
