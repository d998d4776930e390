#include "choice.hpp"

#include <pier/cli/program.hpp>

namespace pier {
namespace {

const ModelInfo* named_model(std::string_view program, const std::string& name) {
    const ModelInfo* model = find_model(name);
    if (model == nullptr) {
        std::string names;
        for (const ModelInfo& each : models()) names.append(names.empty() ? "" : ", ").append(each.name);
        say(program, "there is no model \"" + name + "\"; there are: " + names);
    }
    return model;
}

bool can_run(std::string_view program, const Choice& choice) {
    if (choice.model->many_on_a_loop && choice.engine->one_at_a_time) {
        say(program, "the " + std::string(choice.model->name) + " model has many clients on a loop, and the " +
                         std::string(choice.engine->name) + " engine waits for one; see --list-engines for others");
        return false;
    }
    return true;
}

}  // namespace

std::optional<Choice> choose_model(std::string_view program, const std::optional<std::string>& model,
                                   const std::optional<std::string>& engine) {
    Choice choice;
    std::optional<std::string> engine_name = engine;
    if (model && (choice.model = named_model(program, *model)) == nullptr) return std::nullopt;
    // The names that servers had before there was --model.
    const ModelInfo* preset = engine ? find_model(*engine) : nullptr;
    if (preset != nullptr && preset->blocks) {
        if (choice.model != nullptr && choice.model != preset) {
            say(program, "--engine " + *engine + " means the model of that name, and --model says " + *model);
            return std::nullopt;
        }
        choice.model = preset;
        engine_name.reset();
    }
    if (!engine_name && choice.model != nullptr && choice.model->blocks) engine_name = "blocking";
    choice.engine = choose_engine(program, engine_name);
    if (choice.engine == nullptr) return std::nullopt;
    if (choice.model == nullptr) choice.model = find_model(choice.engine->one_at_a_time ? "iterative" : "event");
    if (!can_run(program, choice)) return std::nullopt;
    return choice;
}

std::string list_engines_and_models() {
    std::string text = "Engines, the ways to wait for sockets (--engine NAME):\n" + list_engines();
    text += "\nModels, the ways to serve many clients (--model NAME):\n";
    for (const ModelInfo& model : models()) {
        text.append(model.name).append(": ").append(model.summary).append("\n");
    }
    return text;
}

}  // namespace pier
