#include "models/served_model.hpp"

namespace compare {

std::span<const ServedModel> served_models() {
    static const std::vector<ServedModel> all{
        {.name = "event", .two_clients = {"--max-connections", "2"}},
        {.name = "iterative"},
        {.name = "thread", .two_clients = {"--max-threads", "2"}},
        {.name = "pool", .two_clients = {"--threads", "2"}},
        {.name = "process", .two_clients = {"--max-children", "2"}, .has_processes = true},
        {.name = "prefork", .two_clients = {"--workers", "2"}, .has_processes = true}};
    return all;
}

}  // namespace compare
