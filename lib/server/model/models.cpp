#include "model.hpp"

#include <array>

namespace pier {

std::span<const ModelInfo> models() {
    static const std::array all{event_model(), iterative_model(), thread_model(),
                                pool_model(),  process_model(),   prefork_model()};
    return all;
}

const ModelInfo* find_model(std::string_view name) {
    for (const ModelInfo& model : models()) {
        const bool meant = model.name == name || (!model.alias.empty() && model.alias == name);
        if (meant) return &model;
    }
    return nullptr;
}

}  // namespace pier
