#include "run/clean.hpp"

#include "program.hpp"

#include <pier/cli/program.hpp>
#include <pier/ipc/remains.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace ipc {
namespace {

struct Found {
    pier::IpcRemain remain;
    std::string state;  // "in use", "left behind", "removed", or why it could not be
    bool failed = false;
};

Found handle(pier::IpcRemain remain, bool remove) {
    Found found{.remain = std::move(remain), .state = "in use"};
    if (found.remain.in_use) return found;
    found.state = "left behind";
    if (!remove) return found;
    auto removed = pier::remove_remain(found.remain.kind, found.remain.name);
    // Somebody may have opened it, or removed it, since.
    if (!removed && removed.error() == pier::Errc::name_taken) {
        found.state = "in use";
    } else if (removed || removed.error() == pier::Errc::name_not_found) {
        found.state = "removed";
    } else {
        found.state = pier::describe(removed.error());
        found.failed = true;
    }
    return found;
}

std::string text_of(const std::vector<Found>& all) {
    std::size_t width = 0;
    for (const pier::IpcKind kind : pier::ipc_kinds) width = std::max(width, pier::name_of(kind).size());
    std::string text;
    for (const Found& each : all) {
        const std::string_view kind = pier::name_of(each.remain.kind);
        text.append(kind).append(width - kind.size() + 2, ' ').append(each.remain.name.text());
        text.append("  ").append(each.state).append("\n");
    }
    return all.empty() ? "nothing is there\n" : text;
}

std::string json_of(const std::vector<Found>& all) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const Found& each : all) {
        list.push_back(
            {{"kind", pier::name_of(each.remain.kind)}, {"name", each.remain.name.text()}, {"state", each.state}});
    }
    return nlohmann::ordered_json{{"program", program}, {"remains", std::move(list)}}.dump(2) + "\n";
}

}  // namespace

int clean(const Options& options) {
    auto remains = pier::ipc_remains();
    if (!remains) return pier::complain(program, "looking for what is left behind", remains.error());
    std::vector<Found> all;
    bool failed = false;
    for (pier::IpcRemain& each : *remains) {
        if (!each.name.text().starts_with(options.prefix)) continue;
        all.push_back(handle(std::move(each), !options.list));
        if (!all.back().failed) continue;
        failed = true;
        pier::say(program, "removing the " + std::string(pier::name_of(all.back().remain.kind)) + " " +
                               all.back().remain.name.text() + ": " + all.back().state);
    }
    const bool told = pier::print(program, options.json ? json_of(all) : text_of(all));
    return told && !failed ? 0 : 1;
}

}  // namespace ipc
