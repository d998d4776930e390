// A server of one model, in a process of its own.
#pragma once

#include "models/served_model.hpp"

#include <pier/endpoint.hpp>
#include <pier/process.hpp>
#include <pier/result.hpp>
#include <pier/time.hpp>

#include <expected>
#include <memory>
#include <string>

namespace compare {

// One thread.
class ModelServer {
public:
    // BLOCKS until it listens. With `two_clients` it serves no more at a time. Or a sentence why it does not.
    [[nodiscard]] static std::expected<std::unique_ptr<ModelServer>, std::string> start(const ServedModel& model,
                                                                                        bool two_clients);
    ModelServer(const ModelServer&) = delete;
    // Ends the process, and those that it has started, where it has not ended.
    ~ModelServer() { (void)process_.kill(); }

    [[nodiscard]] const pier::Endpoint& place() const noexcept { return place_; }
    // As its user does: by a signal, or by an event on Windows.
    [[nodiscard]] pier::Result<void> ask_to_stop() const noexcept;
    [[nodiscard]] pier::Task<pier::Result<pier::ProcessEnd>> wait(pier::Deadline deadline) const {
        return process_.wait(deadline);
    }

private:
    explicit ModelServer(pier::Process process) noexcept : process_(std::move(process)) {}

    pier::Process process_;
    pier::Endpoint place_;
};

}  // namespace compare
