#include "models/observe_models.hpp"

#include "models/model_behaviour.hpp"
#include "models/model_steps.hpp"

#include <pier/cli/progress.hpp>
#include <pier/loop.hpp>
#include <pier/sys/console.hpp>

#include <algorithm>
#include <utility>

namespace compare {
namespace {

constexpr const char* group = "models of a server";

Row row_of(const ModelBehaviour& behaviour) {
    return {.id = std::string(behaviour.id),
            .question = std::string(behaviour.question),
            .contract = {behaviour.contract.begin(), behaviour.contract.end()},
            .blocking_contract = {},
            .group = group,
            .steps = {behaviour.steps_text.begin(), behaviour.steps_text.end()},
            .promise = std::string(behaviour.promise),
            .inherent = std::string(behaviour.inherent)};
}

Cell cell_of(const ModelBehaviour& behaviour, const ServedModel& model, const Finding& finding) {
    const bool listed = std::ranges::find(behaviour.contract, finding.outcome) != behaviour.contract.end();
    const bool allowed = listed && (behaviour.allows == nullptr || behaviour.allows(model, finding.outcome));
    return {std::string(finding.outcome), finding.detail, allowed};
}

Cell observe(const ModelBehaviour& behaviour, const ServedModel& model) {
    const std::string_view reason =
        behaviour.not_applicable != nullptr ? behaviour.not_applicable(model) : std::string_view();
    if (!reason.empty()) return {std::string(inapplicable), std::string(reason), true};
    auto server = ModelServer::start(model, behaviour.two_clients);
    if (!server) return {std::string(outcome::failed), server.error(), false};
    auto loop = pier::Loop::create();
    if (!loop) return {std::string(outcome::failed), pier::describe(loop.error()), false};
    return cell_of(behaviour, model, (*loop)->run(behaviour.steps(**server)));
}

}  // namespace

Report observe_models(const std::string& system) {
    Report report;
    report.of = ColumnsOf::models;
    for (const ModelBehaviour& behaviour : model_behaviours()) report.rows.push_back(row_of(behaviour));
    pier::Progress progress(model_behaviours().size() * served_models().size(),
                            pier::sys::is_terminal(pier::sys::StandardStream::error));
    for (const ServedModel& model : served_models()) {
        report.columns.push_back({system, std::string(model.name)});
        for (std::size_t i = 0; i < report.rows.size(); ++i) {
            progress.begin(model.name, report.rows[i].id);
            report.rows[i].cells.push_back(observe(model_behaviours()[i], model));
        }
    }
    return report;
}

}  // namespace compare
