#include "report/tellings.hpp"

#include "report/words.hpp"

#include <algorithm>
#include <map>

namespace compare {
namespace {

// Columns of one system (native ones or engines) that observed the same.
struct Camp {
    std::string outcome;
    std::vector<std::string> engines;
};
struct System {
    std::string name;
    std::vector<Camp> camps;  // the largest first
};

std::vector<System> systems(const Report& report, const Row& row, bool native) {
    std::vector<System> all;
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
        const Column& column = report.columns[i];
        if (!row.cells[i].is_observed() || column.is_native() != native) continue;
        auto system = std::ranges::find(all, column.system, &System::name);
        if (system == all.end()) system = all.insert(system, System{column.system, {}});
        auto camp = std::ranges::find(system->camps, row.cells[i].outcome, &Camp::outcome);
        if (camp == system->camps.end()) camp = system->camps.insert(camp, Camp{row.cells[i].outcome, {}});
        camp->engines.push_back(column.engine);
    }
    for (System& system : all) {
        auto most = std::ranges::max_element(system.camps, {}, [](const Camp& camp) { return camp.engines.size(); });
        std::rotate(system.camps.begin(), most, most + 1);
    }
    return all;
}

std::string say(const std::vector<std::string>& who) { return listed(who) + (who.size() == 1 ? " says " : " say "); }

// What raw calls do: "Linux's own calls say works, Wine 10's and Wine 8's say unavailable".
std::string native_words(const std::vector<System>& systems) {
    std::vector<Camp> agreed;  // outcome, and the systems
    for (const System& system : systems) {
        const std::string& outcome = system.camps.front().outcome;
        auto same = std::ranges::find(agreed, outcome, &Camp::outcome);
        if (same == agreed.end()) same = agreed.insert(same, Camp{outcome, {}});
        same->engines.push_back(spoken_name(system.name) + "'s");
    }
    std::string text;
    for (const Camp& camp : agreed) {
        text += (text.empty() ? "" : ", ") + listed(camp.engines) + (text.empty() ? " own calls say " : " say ") +
                camp.outcome;
    }
    return text;
}

// What one system's engines do, where they don't agree: "on Linux poll says reset and the other 4 say end".
std::string divided(const System& system) {
    std::string text = "on " + spoken_name(system.name) + " ";
    for (std::size_t i = 1; i < system.camps.size(); ++i) {
        const Camp& camp = system.camps[i];
        if (i > 1) text += ", ";
        text += say(camp.engines) + camp.outcome;
    }
    const Camp& most = system.camps.front();
    if (most.engines.size() < 3) return text + ", " + say(most.engines) + most.outcome;
    return text + ", the other " + std::to_string(most.engines.size()) + " engines say " + most.outcome;
}

// Systems whose engines agree stand together.
std::string engine_words(const std::vector<System>& systems) {
    std::vector<Camp> agreed;  // outcome, and the systems
    for (const System& system : systems) {
        if (system.camps.size() > 1) continue;
        auto same = std::ranges::find(agreed, system.camps.front().outcome, &Camp::outcome);
        if (same == agreed.end()) same = agreed.insert(same, Camp{system.camps.front().outcome, {}});
        same->engines.push_back(spoken_name(system.name) + "'s");
    }
    std::string text;
    for (const Camp& camp : agreed) {
        text += (text.empty() ? "" : ", ") + listed(camp.engines) + (text.empty() ? " engines say " : " say ") +
                camp.outcome;
    }
    for (const System& system : systems) {
        if (system.camps.size() > 1) text += (text.empty() ? "" : "; ") + divided(system);
    }
    return text;
}

// A reason is a sentence, and stands in another one here.
std::string open_ended(std::string text) {
    while (!text.empty() && (text.back() == '.' || text.back() == ' ')) text.pop_back();
    return text;
}

struct Ranked {
    int rank = 0;
    Telling telling;
    std::size_t row = 0;
};

// How much is to be seen: one more for each outcome beyond the first, then how even the camps are.
int spread(const std::vector<System>& systems) {
    std::map<std::string, int> sizes;
    int all = 0;
    for (const System& system : systems) {
        for (const Camp& camp : system.camps) {
            const int size = static_cast<int>(camp.engines.size());
            sizes[camp.outcome] += size;
            all += size;
        }
    }
    int most = 0;
    for (const auto& [outcome, size] : sizes) most = std::max(most, size);
    return sizes.empty() ? 0 : 10 * (static_cast<int>(sizes.size()) - 1) + std::min(all - most, 9);
}

// Who has to read an outcome of many steps learns less at a glance.
int plainness(const std::vector<System>& systems) {
    std::ptrdiff_t steps = 0;
    for (const System& system : systems) {
        for (const Camp& camp : system.camps) steps += std::ranges::count(camp.outcome, '+');
    }
    return 9 - static_cast<int>(std::min<std::ptrdiff_t>(steps, 9));
}

// A rank of 0: there is nothing to tell.
Ranked telling(const Report& report, const Row& row) {
    const std::vector<System> native = systems(report, row, true);
    const std::vector<System> engines = systems(report, row, false);
    const int natives_differ = spread(native);
    const int engines_differ = spread(engines);
    if (natives_differ == 0 && engines_differ == 0) return {};
    std::string sentence = row.question + " ";
    const int plain = plainness(native) + plainness(engines);
    if (natives_differ > 0) sentence += native_words(native);
    if (natives_differ > 0 && engines_differ == 0 && !engines.empty()) {
        sentence += "; Pier's engines all say " + engines.front().camps.front().outcome;
        return {3000 + natives_differ + plain, {row.id, std::move(sentence) + "."}, 0};
    }
    if (engines_differ > 0) sentence += (natives_differ > 0 ? "; " : "") + engine_words(engines);
    if (!row.inherent.empty()) {
        sentence += " (no layer can hide it: " + open_ended(row.inherent) + ")";
        return {2000 + natives_differ + engines_differ + plain, {row.id, std::move(sentence) + "."}, 0};
    }
    return {1000 + natives_differ + engines_differ + plain, {row.id, std::move(sentence) + "."}, 0};
}

}  // namespace

std::vector<Telling> tellings(const Report& report, std::size_t most) {
    std::vector<Ranked> ranked;
    for (std::size_t i = 0; i < report.rows.size(); ++i) {
        Ranked found = telling(report, report.rows[i]);
        found.row = i;
        if (found.rank > 0) ranked.push_back(std::move(found));
    }
    std::ranges::sort(ranked, [](const Ranked& one, const Ranked& other) {
        return one.rank != other.rank ? one.rank > other.rank : one.row < other.row;
    });
    std::vector<Telling> all;
    for (Ranked& each : ranked) {
        if (all.size() < most) all.push_back(std::move(each.telling));
    }
    return all;
}

}  // namespace compare
