#include <pier/cli/help.hpp>

#include "help_for_people.hpp"

#include <pier/cli/command_line.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace pier {
namespace {

constexpr std::size_t width = 80;
constexpr std::size_t widest_name = 28;  // a longer one has a line of its own
constexpr std::string_view last_group = "Other";

std::size_t columns(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

// The text in lines of that width, which begin at `indent`; the first one stands at column `at` already.
void append_wrapped(std::string& out, std::string_view text, std::size_t indent, std::size_t at) {
    bool first = true;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find(' ', begin), text.size());
        const std::string_view word = text.substr(begin, end - begin);
        begin = end + 1;
        if (word.empty()) continue;
        if (!first && at + 1 + columns(word) > width) {
            out += "\n" + std::string(indent, ' ');
            at = indent;
        } else if (!first) {
            out += ' ';
            ++at;
        }
        out += word;
        at += columns(word);
        first = false;
    }
    out += '\n';
}

// A line of a list: a name, and what it means.
struct Entry {
    std::string name;
    std::string meaning;
};

struct Section {
    std::string title;
    std::vector<Entry> entries;
};

void append(std::string& out, const Section& section, std::size_t column) {
    out += "\n" + section.title + ":\n";
    for (const Entry& entry : section.entries) {
        out += "  " + entry.name;
        std::size_t at = 2 + columns(entry.name);
        if (at + 2 > column) {
            out += '\n';
            at = 0;
        }
        out += std::string(column - at, ' ');
        append_wrapped(out, entry.meaning, column, column);
    }
}

std::string name_of(const CLI::Option& option) {
    std::string name = option.get_positional() ? option.get_name(true) : option.get_name(false, true);
    // The long name first: it is the one to remember.
    if (const std::size_t comma = name.find(',');
        comma != std::string::npos && name.starts_with('-') && !name.starts_with("--")) {
        name = name.substr(comma + 1) + ", " + name.substr(0, comma);
    }
    const std::string& value = option.get_option_text();
    if (option.get_positional()) return value.empty() ? name : value;
    return value.empty() ? name : name + " " + value;
}

std::vector<Section> sections_of(const CLI::App& app) {
    std::vector<Section> sections;
    Section last{std::string(last_group), {}};
    for (const CLI::Option* option : app.get_options()) {
        if (option->get_group().empty()) continue;  // hidden
        const bool help = option == app.get_help_ptr();
        Entry entry{name_of(*option), help ? "print this and exit" : option->get_description()};
        std::string title = option->get_positional() ? "Arguments" : option->get_group();
        if (help || option->get_name() == "--version") title = last_group;
        if (title == last_group) {
            last.entries.push_back(std::move(entry));
            continue;
        }
        auto found = std::ranges::find(sections, title, &Section::title);
        if (found == sections.end()) found = sections.insert(sections.end(), {title, {}});
        found->entries.push_back(std::move(entry));
    }
    if (!last.entries.empty()) sections.push_back(std::move(last));
    Section commands{"Commands", {}};
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
        const std::string about = command->get_description();
        commands.entries.push_back({command->get_name(), about.substr(0, about.find(". "))});
    }
    if (!commands.entries.empty()) sections.insert(sections.begin(), std::move(commands));
    return sections;
}

std::string usage(const CLI::App& app, const std::string& name) {
    std::string text = "Usage: " + name + " [OPTION...]";
    for (const CLI::Option* option : app.get_options()) {
        if (!option->get_positional()) continue;
        const std::string argument = name_of(*option);
        text += option->get_required() ? " " + argument : " [" + argument + "]";
    }
    return text + "\n";
}

std::size_t column_of(std::span<const Section> sections) {
    std::size_t column = 12;
    for (const Section& section : sections) {
        for (const Entry& entry : section.entries) {
            const std::size_t needed = columns(entry.name) + 4;
            if (needed <= widest_name) column = std::max(column, needed);
        }
    }
    return column;
}

class HelpForPeople final : public CLI::FormatterBase {
public:
    std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode) const override {
        std::string text;
        if (name.empty()) name = app->get_name();
        append_wrapped(text, app->get_description(), 0, 0);
        text += "\n" + usage(*app, name);
        const std::vector<Section> sections = sections_of(*app);
        if (!app->get_subcommands([](const CLI::App*) { return true; }).empty()) {
            text += "       " + name + " COMMAND [OPTION...] ...; see " + name + " COMMAND --help\n";
        }
        for (const Section& section : sections) append(text, section, column_of(sections));
        return text + app->get_footer();
    }
};

}  // namespace

void add_terms(CommandLine& command, std::string title, std::span<const Term> terms) {
    Section section{std::move(title), {}};
    for (const Term& term : terms) section.entries.push_back({term.name, term.meaning});
    std::string text;
    append(text, section, column_of({&section, 1}));
    command.set_footer(text + command.footer());
}

void add_examples(CommandLine& command, std::initializer_list<Example> examples) {
    std::string text = "\nExamples:\n";
    for (const Example& example : examples) {
        text += "  " + std::string(example.command) + "\n      ";
        append_wrapped(text, example.meaning, 6, 6);
    }
    command.set_footer(std::move(text));
}

void use_help_for_people(CLI::App& app) {
    auto formatter = std::make_shared<HelpForPeople>();
    app.formatter(formatter);
    for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; })) command->formatter(formatter);
}

}  // namespace pier
