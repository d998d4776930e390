#include <pier/cli/command_line.hpp>

#include "help_for_people.hpp"

#include <pier/cli/program.hpp>
#include <pier/sys/process.hpp>
#include <pier/version.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <sstream>
#include <utility>

namespace pier {
namespace {

// More seconds than this are no Duration.
constexpr double most_seconds = 9e9;

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

std::string fault_of_seconds(const std::string& word) {
    double seconds = 0;
    if (!CLI::detail::lexical_cast(word, seconds)) return {};  // the conversion says so
    return std::abs(seconds) <= most_seconds ? "" : "not a number of seconds";
}

template <class Variable>
CLI::Option* add_seconds(CLI::App& app, const std::string& names, Variable& value, const std::string& meaning) {
    const std::function<void(const double&)> set = [&value](const double& seconds) {
        value = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
    };
    return app.add_option_function<double>(names, set, meaning)->check(fault_of_seconds);
}

}  // namespace

struct CommandLine::State {
    std::unique_ptr<CLI::App> own;  // of a program; a subcommand's is its program's
    CLI::App* app;
    std::vector<std::unique_ptr<CommandLine>> subcommands{};
};

CommandOption CommandOption::shown_as(const std::string& word) const {
    option_->option_text(word);
    return *this;
}

CommandOption CommandOption::group(const std::string& heading) const {
    option_->group(heading);
    return *this;
}

CommandOption CommandOption::required() const {
    option_->required();
    return *this;
}

CommandOption CommandOption::needs(CommandOption other) const {
    option_->needs(other.option_);
    return *this;
}

CommandOption CommandOption::excludes(CommandOption other) const {
    option_->excludes(other.option_);
    return *this;
}

CommandOption CommandOption::range(double least, double most) const {
    option_->check(CLI::Range(least, most));
    return *this;
}

CommandOption CommandOption::range(int least, int most) const {
    option_->check(CLI::Range(least, most));
    return *this;
}

CommandOption CommandOption::range(unsigned short least, unsigned short most) const {
    option_->check(CLI::Range(least, most));
    return *this;
}

CommandOption CommandOption::range(unsigned least, unsigned most) const {
    option_->check(CLI::Range(least, most));
    return *this;
}

CommandOption CommandOption::range(unsigned long least, unsigned long most) const {
    option_->check(CLI::Range(least, most));
    return *this;
}

CommandOption CommandOption::range(unsigned long long least, unsigned long long most) const {
    option_->check(CLI::Range(least, most));
    return *this;
}

CommandOption CommandOption::one_of(std::vector<std::string> words) const {
    option_->check(CLI::IsMember(std::move(words)));
    return *this;
}

CommandOption CommandOption::check(std::function<std::string(const std::string&)> fault_of) const {
    option_->check(std::move(fault_of));
    return *this;
}

CommandOption CommandOption::with_size_unit() const {
    option_->transform(CLI::AsSizeValue(false));
    return *this;
}

CommandOption CommandOption::one_word_each() const {
    option_->allow_extra_args(false);
    return *this;
}

CommandOption CommandOption::take_all() const {
    option_->take_all();
    return *this;
}

std::size_t CommandOption::count() const { return option_->count(); }
std::string CommandOption::last_word() const { return option_->results().back(); }
std::string CommandOption::name() const { return option_->get_name(); }

CommandLine::CommandLine(std::string about, std::string name) : state_(std::make_unique<State>()) {
    state_->own = std::make_unique<CLI::App>(std::move(about), std::move(name));
    state_->app = state_->own.get();
}

CommandLine::CommandLine(CLI::App& subcommand) : state_(std::make_unique<State>()) { state_->app = &subcommand; }

CommandLine::~CommandLine() = default;

CommandOption CommandLine::add_option(const std::string& names, std::string& value, const std::string& meaning) {
    return CommandOption(state_->app->add_option(names, value, meaning));
}

CommandOption CommandLine::add_option(const std::string& names, std::vector<std::string>& value,
                                      const std::string& meaning) {
    return CommandOption(state_->app->add_option(names, value, meaning));
}

CommandOption CommandLine::add_option(const std::string& names, double& value, const std::string& meaning) {
    return CommandOption(state_->app->add_option(names, value, meaning));
}

CommandOption CommandLine::add_option(const std::string& names, int& value, const std::string& meaning) {
    return CommandOption(state_->app->add_option(names, value, meaning));
}

CommandOption CommandLine::add_option(const std::string& names, unsigned short& value, const std::string& meaning) {
    return CommandOption(state_->app->add_option(names, value, meaning));
}

CommandOption CommandLine::add_option(const std::string& names, unsigned& value, const std::string& meaning) {
    return CommandOption(state_->app->add_option(names, value, meaning));
}

CommandOption CommandLine::add_option(const std::string& names, unsigned long& value, const std::string& meaning) {
    return CommandOption(state_->app->add_option(names, value, meaning));
}

CommandOption CommandLine::add_option(const std::string& names, unsigned long long& value, const std::string& meaning) {
    return CommandOption(state_->app->add_option(names, value, meaning));
}

CommandOption CommandLine::add_option(const std::string& names, Duration& value, const std::string& meaning) {
    return CommandOption(add_seconds(*state_->app, names, value, meaning));
}

CommandOption CommandLine::add_option(const std::string& names, std::optional<std::string>& value,
                                      const std::string& meaning) {
    return CommandOption(state_->app->add_option(names, value, meaning));
}

CommandOption CommandLine::add_option(const std::string& names, std::optional<unsigned>& value,
                                      const std::string& meaning) {
    return CommandOption(state_->app->add_option(names, value, meaning));
}

CommandOption CommandLine::add_option(const std::string& names, std::optional<unsigned long>& value,
                                      const std::string& meaning) {
    return CommandOption(state_->app->add_option(names, value, meaning));
}

CommandOption CommandLine::add_option(const std::string& names, std::optional<unsigned long long>& value,
                                      const std::string& meaning) {
    return CommandOption(state_->app->add_option(names, value, meaning));
}

CommandOption CommandLine::add_option(const std::string& names, std::optional<Duration>& value,
                                      const std::string& meaning) {
    return CommandOption(add_seconds(*state_->app, names, value, meaning));
}

CommandOption CommandLine::add_flag(const std::string& names, bool& value, const std::string& meaning) {
    return CommandOption(state_->app->add_flag(names, value, meaning));
}

CommandLine& CommandLine::add_subcommand(const std::string& name, const std::string& about) {
    CLI::App* command = state_->app->add_subcommand(name, about);
    state_->subcommands.push_back(std::unique_ptr<CommandLine>(new CommandLine(*command)));
    return *state_->subcommands.back();
}

void CommandLine::allow_subcommands(std::size_t least, std::size_t most) {
    state_->app->require_subcommand(least, most);
}

void CommandLine::fall_through() { state_->app->fallthrough(); }
void CommandLine::refuse_slash_options() { state_->app->allow_windows_style_options(false); }

void CommandLine::check_all(std::function<std::string()> fault_of) {
    state_->app->callback([judge = std::move(fault_of)] {
        if (const std::string fault = judge(); !fault.empty()) throw CLI::ValidationError(fault);
    });
}

CommandOption CommandLine::option(const std::string& name) const {
    return CommandOption(state_->app->get_option(name));
}

CommandOption CommandLine::find_option(const std::string& name) const {
    return CommandOption(state_->app->get_option_no_throw(name));
}

bool CommandLine::parsed() const { return state_->app->parsed(); }

const CommandLine* CommandLine::subcommand() const {
    const std::vector<CLI::App*> given = state_->app->get_subcommands();
    if (given.empty()) return nullptr;
    const auto found =
        std::ranges::find(state_->subcommands, given.front(), [](const auto& command) { return command->state_->app; });
    return found->get();
}

std::string CommandLine::name() const { return state_->app->get_name(); }
std::string CommandLine::footer() const { return state_->app->get_footer(); }
void CommandLine::set_footer(std::string text) { state_->app->footer(std::move(text)); }

std::optional<int> parse_command_line(CommandLine& line, int argc, char** argv) {
    sys::prepare_process();
    std::vector<std::string> words = sys::arguments(argc, argv);
    if (!words.empty()) words.erase(words.begin());
    return parse_command_line(line, std::move(words));
}

std::optional<int> parse_command_line(CommandLine& line, std::vector<std::string> words) {
    CLI::App& app = *line.state_->app;
    app.set_version_flag("--version", app.get_name() + " " + std::string(version),
                         "print the name and the version, and exit");
    use_help_for_people(app);
    std::ranges::reverse(words);  // CLI11 takes a vector from its back
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

}  // namespace pier
