// Brings files from pier-file-server.
#include "download.hpp"
#include "listing.hpp"
#include "options.hpp"
#include "program.hpp"

#include <pier/cli/program.hpp>
#include <pier/cli/run.hpp>

#include <utility>

namespace {

using namespace file_client;

constexpr int failed_status = 1;

pier::Task<int> show_list(const Options& options) {
    const auto listing = co_await fetch_listing(options);
    if (!listing) co_return failed_status;
    const bool shown = pier::print(program, options.json ? json(*listing) : table(*listing));
    const bool missing = say_missing(*listing);
    co_return shown && !missing ? 0 : failed_status;
}

pier::Task<int> bring(const Options& options) {
    std::vector<std::string> names = options.names;
    int status = 0;
    if (options.all) {
        auto listing = co_await fetch_listing(options);
        if (!listing) co_return failed_status;
        if (say_missing(*listing)) status = failed_status;
        names.clear();
        for (auto& entry : listing->entries) names.push_back(std::move(entry.name));
    }
    for (const std::string& name : names) {
        const Outcome outcome = co_await download(options, name);
        if (outcome != Outcome::well) status = failed_status;
        if (outcome == Outcome::hopeless) break;
    }
    co_return status;
}

}  // namespace

int main(int argc, char** argv) {
    const auto options = parse_options(argc, argv);
    if (!options) return options.error();
    return pier::run_until_stopped(program, *options->engine,
                                   [&] { return options->list ? show_list(*options) : bring(*options); });
}
