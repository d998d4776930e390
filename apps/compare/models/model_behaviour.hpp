// What the table of models asks: its rows, as data.
#pragma once

#include "models/model_server.hpp"
#include "models/served_model.hpp"

#include <pier/task.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace compare {

struct Finding {
    std::string_view outcome;
    std::string detail{};
};

struct ModelBehaviour {
    std::string_view id;
    std::string_view question;
    std::vector<std::string_view> contract;
    // Every operation in it has a deadline.
    pier::Task<Finding> (*steps)(ModelServer& server);
    std::vector<std::string_view> steps_text;
    std::string_view promise;
    std::string_view inherent{};
    bool two_clients = false;  // the server may serve two at a time
    // What is allowed to this model; null: each outcome of the contract.
    bool (*allows)(const ServedModel& model, std::string_view outcome) = nullptr;
    // Why it makes no sense for this model; empty: it does. Null: it does for all.
    std::string_view (*not_applicable)(const ServedModel& model) = nullptr;
};

// In the order of the table.
[[nodiscard]] std::span<const ModelBehaviour> model_behaviours();

}  // namespace compare
