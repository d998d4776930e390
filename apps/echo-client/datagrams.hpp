// One conversation by datagrams: one after the other, each with its answer, which may be lost, repeated or late.
#pragma once

#include "options.hpp"
#include "packet.hpp"
#include "pattern.hpp"
#include "tally.hpp"

#include <pier/datagram.hpp>
#include <pier/task.hpp>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace echo_client {

// Confined to the task that runs it.
class DatagramConversation {
public:
    DatagramConversation(const Options& options, std::uint64_t number, Tally& tally);

    // Opens a socket, talks and ends. False after the first failure of the run has been said on stderr.
    pier::Task<bool> run();

private:
    enum class Outcome : std::uint8_t {
        answered,
        lost,
        failed,     // as `error_` says
        different,  // what came back is not what was sent, which has been said
    };

    // The first datagram finds out which address of the server answers.
    pier::Task<Outcome> find_server(std::vector<std::byte>& into);
    pier::Result<void> open(const pier::Endpoint& server);
    // Sends it, and again as often as the options say, until its answer has come.
    pier::Task<Outcome> exchange(std::uint64_t number, std::vector<std::byte>& into);
    pier::Task<Outcome> wait_for_answer(std::uint64_t number, std::vector<std::byte>& into);
    // What a datagram that came means, while the answer to that number is waited for. Nothing: it is to be waited on.
    std::optional<Outcome> take(std::uint64_t number, const pier::Endpoint& from, std::span<const std::byte> datagram);
    std::optional<Outcome> take_text(std::span<const std::byte> datagram);
    bool settle(Outcome outcome, std::uint64_t number);
    bool fail();
    bool say(const std::string& sentence);
    [[nodiscard]] std::string name() const;

    const Options& options_;
    Tally& tally_;
    const std::uint64_t number_;
    const Pattern pattern_;
    const Packets packets_;
    pier::Endpoint server_;
    pier::Datagram socket_;
    std::set<std::uint64_t> lost_;  // numbers, as many as the options tolerate
    pier::Error error_;
    const char* doing_ = "";
};

}  // namespace echo_client
