// Serves files and folders to pier-file-client.
#include "conversation.hpp"
#include "shares.hpp"

#include <pier/cli/command_line.hpp>
#include <pier/cli/help.hpp>
#include <pier/server/serve.hpp>

#include <chrono>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

struct Words {
    std::vector<std::string> paths;
    double seconds = 30;
    std::shared_ptr<const file_server::Shares> shares;
};

// After the parse: what is to be served has to be there. Empty when all is well.
std::string open_shares(const pier::CommandLine& app, Words& words) {
    if (app.count("--list-engines") > 0) return {};
    if (words.paths.empty()) return "PATH: nothing to serve: name a file or a folder";
    if (std::isnan(words.seconds)) return "--timeout: not a number";
    auto shares = file_server::Shares::open(words.paths);
    if (!shares) return "PATH: " + shares.error();
    words.shares = std::make_shared<const file_server::Shares>(std::move(*shares));
    return {};
}

void add_options(pier::CommandLine& app, Words& words) {
    app.refuse_slash_options();  // a path may begin with a slash there
    app.add_option("path", words.paths, "a file, or a folder with all that it holds").shown_as("PATH...");
    app.add_option("--timeout", words.seconds,
                   "a client is given up that takes longer for its request, for the next MiB of a file, or for its "
                   "thanks (default 30)")
        .shown_as("SECONDS")
        .group("Files")
        .range(0.001, 1e6);
    app.check_all([&app, &words] { return open_shares(app, words); });
    pier::add_examples(
        app, {{"pier-file-server photos notes.txt", "serves a folder and a file at 127.0.0.1:7100"},
              {"pier-file-server --listen 127.0.0.1:0 --listen '[::1]:0' photos", "at free ports, which are printed"},
              {"pier-file-server --model thread photos", "each client has a thread"}});
}

}  // namespace

int main(int argc, char** argv) {
    Words words;
    const auto serve_one = [&](pier::Stream client) {
        const auto silence = std::chrono::duration_cast<pier::Duration>(std::chrono::duration<double>(words.seconds));
        return file_server::converse(std::move(client), words.shares, silence);
    };
    return pier::serve(argc, argv,
                       {.name = "pier-file-server",
                        .handler = serve_one,
                        .summary = "Sends files to pier-file-client, as they lie on the disk, and nothing outside of "
                                   "what is named.",
                        .port = 7100,
                        .most_connections = 512,
                        .options = [&](pier::CommandLine& app) { add_options(app, words); }});
}
