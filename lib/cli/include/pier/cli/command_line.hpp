// The command line of a program: its options, arguments and subcommands. CLI11 reads it. That header is large and slow
// to compile, so it stays in lib/cli's own sources, and a program compiles without it.
#pragma once

#include <pier/time.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace pier {

// An option, a flag or an argument, as CommandLine::add_option() and add_flag() give it. Copies are the same option. It
// may be used as long as its command line lives. Every function that changes the option gives it back, for the next
// one.
class CommandOption {
public:
    CommandOption() = default;  // none: only the next line may be asked of it
    explicit operator bool() const noexcept { return option_ != nullptr; }

    // What --help calls the value ("SECONDS"), or an argument ("NAME...").
    CommandOption shown_as(const std::string& word) const;
    // The heading in --help under which it stands. With an empty one --help does not tell of it.
    CommandOption group(const std::string& heading) const;

    // The command line is refused without it.
    CommandOption required() const;
    // Refused where this is given and the other is not.
    CommandOption needs(CommandOption other) const;
    // Refused where both are given.
    CommandOption excludes(CommandOption other) const;

    // The value has to be from `least` to `most`, both included. The type is that of the variable; for a Duration it is
    // double, in seconds. "nan" is a double in every range: the program looks for it, where it binds a double.
    CommandOption range(double least, double most) const;
    CommandOption range(int least, int most) const;
    CommandOption range(unsigned short least, unsigned short most) const;
    CommandOption range(unsigned least, unsigned most) const;
    CommandOption range(unsigned long least, unsigned long most) const;
    CommandOption range(unsigned long long least, unsigned long long most) const;
    // The value has to be one of these words.
    CommandOption one_of(std::vector<std::string> words) const;
    // Looks at each value as it is typed. Gives an empty string when the value is good, else what is wrong with it,
    // which is said behind the option's name. Checks run in the order in which they were added.
    CommandOption check(std::function<std::string(const std::string&)> fault_of) const;
    // An integer may have a unit behind it: 64K and 64kb are 65536. It comes before range().
    CommandOption with_size_unit() const;

    // Of a list: each mention takes one word, as it is typed. Without this it takes all words that follow, and "[a,b]"
    // is taken apart into "a" and "b", and "[::1]" into "::1". That is CLI11's notation of lists.
    CommandOption one_word_each() const;
    // Of a list: all words of all mentions are kept.
    CommandOption take_all() const;

    // After the parse: how many words were given; of a flag, how often it was.
    [[nodiscard]] std::size_t count() const;
    // The last word that was given. It asks for a count() above zero.
    [[nodiscard]] std::string last_word() const;
    // Its long name with the dashes ("--engine"), or the name of an argument.
    [[nodiscard]] std::string name() const;

private:
    friend class CommandLine;
    explicit CommandOption(CLI::Option* option) noexcept : option_(option) {}

    CLI::Option* option_ = nullptr;
};

// What a program, or one of its subcommands, can be told. --help is there from the beginning. One thread at a time.
//
// It is built in three steps. add_option() and its like bind variables, which have to live until the parse. Then
// parse_command_line() reads the words. Then the variables have what was typed, and those of options that were not
// given have what they had before. What a program is built with wrongly (a name twice, option() of an unknown name)
// throws a std::runtime_error at once.
class CommandLine {
public:
    // `about`: what the program is for, in sentences. `name`: what messages begin with ("pier-nc").
    CommandLine(std::string about, std::string name);
    ~CommandLine();
    CommandLine(const CommandLine&) = delete;
    CommandLine& operator=(const CommandLine&) = delete;

    // An option with a value. `names` has its names with commas between: "--engine", or "-f,--file". Without dashes it
    // is an argument, which is known by its place among the others. `meaning` is told by --help.
    //
    // A number may be written as in C++. A list takes any number of words. A Duration is a number of seconds with or
    // without a fraction, and what is no finite number is refused.
    CommandOption add_option(const std::string& names, std::string& value, const std::string& meaning);
    CommandOption add_option(const std::string& names, std::vector<std::string>& value, const std::string& meaning);
    CommandOption add_option(const std::string& names, double& value, const std::string& meaning);
    CommandOption add_option(const std::string& names, int& value, const std::string& meaning);
    CommandOption add_option(const std::string& names, unsigned short& value, const std::string& meaning);
    CommandOption add_option(const std::string& names, unsigned& value, const std::string& meaning);
    CommandOption add_option(const std::string& names, unsigned long& value, const std::string& meaning);
    CommandOption add_option(const std::string& names, unsigned long long& value, const std::string& meaning);
    CommandOption add_option(const std::string& names, Duration& value, const std::string& meaning);
    // The same; it stays without a value where the option is not given.
    CommandOption add_option(const std::string& names, std::optional<std::string>& value, const std::string& meaning);
    CommandOption add_option(const std::string& names, std::optional<unsigned>& value, const std::string& meaning);
    CommandOption add_option(const std::string& names, std::optional<unsigned long>& value, const std::string& meaning);
    CommandOption add_option(const std::string& names, std::optional<unsigned long long>& value,
                             const std::string& meaning);
    CommandOption add_option(const std::string& names, std::optional<Duration>& value, const std::string& meaning);

    // An option without a value, which sets the variable.
    CommandOption add_flag(const std::string& names, bool& value, const std::string& meaning);

    // A subcommand: the word by which it is chosen, and what it is for, whose first sentence is in the program's
    // --help. It lives as long as this, and has --help, options and arguments of its own.
    CommandLine& add_subcommand(const std::string& name, const std::string& about);
    // How many subcommands can be given at a time. Without this call: any number.
    void allow_subcommands(std::size_t least, std::size_t most);
    // Of a program: its options may stand behind the word of a subcommand that is added later. Of a subcommand: what it
    // does not know, the program is asked for.
    void fall_through();
    // On Windows, "/name" is no option. Programs say so whose words may begin with a slash. Subcommands that are added
    // later do as the program does.
    void refuse_slash_options();

    // Called when everything has been read and bound. Gives an empty string when all is well, else a sentence, and the
    // command line is refused by it. One such function: the last that was set.
    void check_all(std::function<std::string()> fault_of);

    // The option of that name ("--engine", or an argument's name); find_option() gives none where there is none.
    [[nodiscard]] CommandOption option(const std::string& name) const;
    [[nodiscard]] CommandOption find_option(const std::string& name) const;

    // After the parse: how many words the option of that name was given.
    [[nodiscard]] std::size_t count(const std::string& name) const { return option(name).count(); }
    // Whether this subcommand was given.
    [[nodiscard]] bool parsed() const;
    // The subcommand that was given, the first of them; null: none.
    [[nodiscard]] const CommandLine* subcommand() const;

    [[nodiscard]] std::string name() const;
    // The text behind the options in --help, as it stands there. add_examples() and add_terms() in <pier/cli/help.hpp>
    // make one.
    [[nodiscard]] std::string footer() const;
    void set_footer(std::string text);

private:
    friend std::optional<int> parse_command_line(CommandLine&, std::vector<std::string>);
    struct State;
    explicit CommandLine(CLI::App& subcommand);

    std::unique_ptr<State> state_;
};

// Prepares the process, adds --version and parses. An exit status when the program has to end: as of print() after
// --help or --version, 2 after a sentence about wrong usage on stderr. Once for a command line.
[[nodiscard]] std::optional<int> parse_command_line(CommandLine& line, int argc, char** argv);

// The same of these words, the program's name not among them. The process is left as it is.
[[nodiscard]] std::optional<int> parse_command_line(CommandLine& line, std::vector<std::string> words);

}  // namespace pier
