#include "options.hpp"

#include "program.hpp"

#include <pier/cli/command_line.hpp>
#include <pier/cli/help.hpp>
#include <pier/cli/program.hpp>
#include <pier/sys/console.hpp>
#include <pier/transfer/name.hpp>

#include <utility>

namespace file_client {
namespace {

constexpr const char* about =
    "Brings files from pier-file-server. What has come of a file is NAME.part until it is whole and its SHA-256 is "
    "right; a later run goes on from there. Exit status 0: everything is there; 1: something is not; 2: wrong usage; "
    "130: interrupted.";

void add_file_options(pier::CommandLine& app, Options& options, bool& unverified) {
    app.add_option("name", options.names, "a file as --list names it; with --list and --all also a folder")
        .shown_as("NAME...");
    constexpr const char* group = "Files";
    const pier::CommandOption list =
        app.add_flag("--list", options.list, "show what the server has, and bring nothing");
    list.group(group);
    app.add_flag("--json", options.json, "print the list as JSON").group(group).needs(list);
    app.add_flag("--all", options.all, "bring everything that --list shows").group(group).excludes(list);
    app.add_option("--output", options.output, "the folder for the files and their folders (default the present one)")
        .shown_as("DIR")
        .group(group);
    const pier::CommandOption force = app.add_flag("--force", options.force, "replace files that are there already");
    force.group(group);
    app.add_flag("--skip-existing", options.skip_existing, "leave files out that are there already")
        .group(group)
        .excludes(force);
    app.add_flag("--no-verify", unverified, "compare no digests: less work for both sides").group(group);
    app.add_flag("--quiet", options.quiet, "no progress, and no line for each file").group(group);
}

int wrong(const std::string& sentence) {
    pier::say(program, sentence + "; see --help");
    return 2;
}

}  // namespace

pier::OrStatus<Options> parse_options(int argc, char** argv) {
    pier::CommandLine app{about, std::string(program)};
    app.refuse_slash_options();  // a path may begin with a slash there
    Options options;
    options.output = ".";
    bool unverified = false;
    add_file_options(app, options, unverified);
    pier::ClientOptions client({.group = "Server",
                                .address = "127.0.0.1:7100",
                                .timeout_of = "how long the server may be silent, and take to be connected to",
                                .seconds = 30});
    client.add_to(app);
    client.add_engine_to(app);
    pier::add_examples(app, {{"pier-file-client --list", "what the server on this machine has"},
                             {"pier-file-client notes.txt", "brings a file, or goes on with it"},
                             {"pier-file-client --output /tmp --all photos", "brings a folder, to /tmp/photos"},
                             {"pier-file-client --list --json", "the list for a program"}});

    if (auto status = pier::parse_command_line(app, argc, argv)) return std::unexpected(*status);
    auto chosen = client.choose(program);
    if (!chosen) return std::unexpected(chosen.error());
    static_cast<pier::ClientOptions::Chosen&>(options) = std::move(*chosen);
    if (!options.list && !options.all && options.names.empty()) {
        return std::unexpected(wrong("name a file, or say --list or --all"));
    }
    for (const std::string& name : options.names) {
        if (pier::transfer::is_name(name)) continue;
        return std::unexpected(
            wrong("\"" + name + "\" can't be the name of a file here: names are as --list has them"));
    }
    if (options.output.empty()) return std::unexpected(wrong("--output: an empty name is no folder"));
    options.verify = !unverified;
    options.progress = !options.quiet && pier::sys::is_terminal(pier::sys::StandardStream::error);
    return options;
}

}  // namespace file_client
