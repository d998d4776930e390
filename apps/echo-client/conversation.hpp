// One connection: message after message, each checked against its echo.
#pragma once

#include "options.hpp"
#include "pattern.hpp"
#include "tally.hpp"

#include <pier/stream.hpp>
#include <pier/task.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace echo_client {

// Confined to the task that runs it.
class Conversation {
public:
    Conversation(const Options& options, std::uint64_t number, Tally& tally) noexcept
        : options_(options), tally_(tally), number_(number), pattern_(number, options.message) {}

    // Connects, talks and ends. False after the first failure of the run has been said on stderr.
    pier::Task<bool> run();

private:
    pier::Task<bool> exchange(bool one_at_a_time);
    pier::Task<bool> in_turns(std::uint64_t size);
    pier::Task<bool> both_ways(std::uint64_t size);
    pier::Task<void> send(std::uint64_t size, pier::Error& failure);
    pier::Task<bool> expect_end();
    bool check(std::span<const std::byte> echo);
    bool fail(const char* doing, const pier::Error& error);
    bool say(const std::string& sentence);
    [[nodiscard]] std::string name() const;

    const Options& options_;
    Tally& tally_;
    std::uint64_t number_;
    Pattern pattern_;
    pier::Stream stream_;
    std::vector<std::byte> outgoing_;
    std::string text_;        // of the message under way, for printing
    std::uint64_t sent_ = 0;  // positions in the connection's stream
    std::uint64_t received_ = 0;
};

}  // namespace echo_client
