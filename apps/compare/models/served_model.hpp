// The models of a server, as the columns of a table.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace compare {

struct ServedModel {
    std::string_view name;
    // The words of the command line that let it serve two clients at a time; none: it serves one.
    std::vector<std::string> two_clients{};
    bool has_processes = false;  // each of its clients is served by a child process

    [[nodiscard]] bool serves_one() const noexcept { return two_clients.empty(); }
};

// In the order of docs/models.md.
[[nodiscard]] std::span<const ServedModel> served_models();

}  // namespace compare
