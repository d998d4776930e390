// The requests to all targets, from the names to the statistics.
#pragma once

#include "options.hpp"
#include "target.hpp"

#include <pier/scope.hpp>
#include <pier/task.hpp>

#include <memory>
#include <vector>

namespace ping {

// Confined to its loop's thread.
class Session {
public:
    explicit Session(const Options& options) : options_(options) {}

    // Until every target has had its requests. Ends early when it is cancelled.
    [[nodiscard]] pier::Task<void> run();
    // The statistics, behind run(). The exit status.
    [[nodiscard]] int end() const;

private:
    // False after a sentence.
    [[nodiscard]] pier::Task<bool> find(const std::string& host);

    const Options& options_;
    std::vector<std::unique_ptr<Target>> targets_;
    bool failed_ = false;
};

}  // namespace ping
