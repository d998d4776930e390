#include "output_options.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace compare {
namespace {

constexpr const char* group = "Output";
constexpr std::size_t least_width = 20;
constexpr std::size_t most_width = 10'000;
constexpr std::size_t most_sentences = 1'000;

template <typename Value>
struct Word {
    const char* word;
    Value value;
    const char* meaning;
};
constexpr Word<Format> formats[] = {
    {"table", Format::table, "for a terminal"},
    {"json", Format::json, "to merge, to compare, and for other programs"},
    {"markdown", Format::markdown, "tables and notes"},
    {"html", Format::html, "one page that needs nothing else, with filters and details"},
    {"words", Format::words, "the most telling differences in sentences"},
    {"outcomes", Format::outcomes, "JSON of the outcomes alone, which diff compares with a report"},
    {"catalogue", Format::catalogue, "Markdown of every behaviour: what it asks, what is promised, who does what"},
};
constexpr Word<ColourChoice> choices[] = {
    {"auto", ColourChoice::automatic, ""},
    {"always", ColourChoice::always, ""},
    {"never", ColourChoice::never, ""},
};

std::vector<std::string> words(const auto& table) {
    std::vector<std::string> all;
    for (const auto& entry : table) all.emplace_back(entry.word);
    return all;
}

template <typename Value, std::size_t size>
Value value(const Word<Value> (&table)[size], const std::string& word) {
    for (const auto& entry : table) {
        if (word == entry.word) return entry.value;
    }
    return table[0].value;
}

std::string format_help() {
    std::string text;
    for (const auto& entry : formats) {
        text += (text.empty() ? "" : "; ") + std::string(entry.word) + ": " + entry.meaning;
    }
    return text + " (default table)";
}

// Nobody typed $COLUMNS: what is no width is ignored.
std::size_t usual_width() {
    const char* columns = std::getenv("COLUMNS");
    if (columns == nullptr) return Options().width;
    std::size_t width = 0;
    const char* end = columns + std::strlen(columns);
    const auto [stopped, failure] = std::from_chars(columns, end, width);
    const bool good = failure == std::errc{} && stopped == end && width >= least_width && width <= most_width;
    return good ? width : Options().width;
}

}  // namespace

OutputOptions::OutputOptions(Options& options) : options_(options) { options_.width = usual_width(); }

void OutputOptions::add_file(pier::CommandLine& command) {
    command.add_option("--output", file_, "where to write, instead of standard output").shown_as("FILE").group(group);
}

void OutputOptions::add_format(pier::CommandLine& command) {
    command.add_option("--format", format_, format_help()).shown_as("FORMAT").group(group).one_of(words(formats));
    command.add_option("--count", options_.count, "how many sentences --format words has (default 10)")
        .shown_as("N")
        .group(group)
        .range(std::size_t{1}, most_sentences);
    command
        .add_flag("--differences", options_.only_differences,
                  "only the rows in which engines differ, or an outcome is outside of the contract")
        .group(group);
}

void OutputOptions::add_looks(pier::CommandLine& command) {
    command
        .add_option("--color", colours_, "auto, always or never (default auto: on a terminal, unless $NO_COLOR is set)")
        .shown_as("WHEN")
        .group(group)
        .one_of(words(choices));
    command.add_option("--width", options_.width, "columns of the table (default $COLUMNS, else 120)")
        .shown_as("N")
        .group(group)
        .range(least_width, most_width);
}

void OutputOptions::take() {
    options_.format = value(formats, format_);
    options_.colours = value(choices, colours_);
    if (!file_.empty()) options_.output = file_;
}

}  // namespace compare
