// Lists the network interfaces of this machine. Sends nothing.
#include "json.hpp"
#include "options.hpp"
#include "program.hpp"
#include "selection.hpp"
#include "table.hpp"

#include <pier/cli/interface_name.hpp>
#include <pier/cli/program.hpp>

namespace {

constexpr int nothing_shown_status = 1;

// `all`: the names of interfaces that there are.
void say_unknown(const std::vector<std::string>& unknown, const std::string& all) {
    for (const std::string& name : unknown) {
        pier::say(interfaces::program, "there is no interface \"" + name + "\"; there are: " + all);
    }
}

// The usual advice for a denied permission is about ports.
int complain(const pier::Error& error) {
    constexpr std::string_view what = "listing the interfaces";
    if (error != pier::Errc::permission_denied) return pier::complain(interfaces::program, what, error);
    pier::say(interfaces::program, std::string(what) + ": " + pier::describe(error) + "; a sandbox may forbid it");
    return nothing_shown_status;
}

}  // namespace

int main(int argc, char** argv) {
    using interfaces::program;
    const auto options = interfaces::parse_options(argc, argv);
    if (!options) return options.error();
    auto all = pier::interfaces();
    if (!all) return complain(all.error());
    const std::string names = pier::interface_names(*all);
    const interfaces::Selection selection = interfaces::select(std::move(*all), *options);
    say_unknown(selection.unknown, names);
    const bool none = selection.shown.empty();
    if (none && selection.unknown.empty()) pier::say(program, "no interface is there as it was asked for");
    // JSON is complete also without any.
    if (options->json && !pier::print(program, interfaces::json(selection.shown))) return nothing_shown_status;
    if (!options->json && !none && !pier::print(program, interfaces::table(selection.shown))) {
        return nothing_shown_status;
    }
    return none || !selection.unknown.empty() ? nothing_shown_status : 0;
}
