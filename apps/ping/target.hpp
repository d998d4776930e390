// One target: a socket of its own, its requests, and what comes back.
#pragma once

#include "answer.hpp"
#include "options.hpp"
#include "report.hpp"
#include "requests.hpp"
#include "statistics.hpp"

#include <pier/raw.hpp>
#include <pier/task.hpp>

#include <optional>
#include <string>
#include <vector>

namespace ping {

// Confined to its loop's thread. The options outlive it.
class Target {
public:
    Target(const Options& options, std::string host, const pier::Endpoint& address, bool named);
    Target(const Target&) = delete;
    Target& operator=(const Target&) = delete;

    // False after a sentence.
    [[nodiscard]] bool open();
    // Sends and receives until everything has come, or nothing more is waited for, or it is cancelled.
    [[nodiscard]] pier::Task<void> run();
    // The statistics as text. Behind run().
    [[nodiscard]] std::string ended() const;
    // Nothing could be sent or received.
    [[nodiscard]] bool has_failed() const noexcept { return failed_; }
    // It has answered, as often as was asked for within --deadline.
    [[nodiscard]] bool was_reached() const noexcept;

private:
    [[nodiscard]] bool prepare();
    [[nodiscard]] bool has_more() const noexcept {
        return options_.count == 0 || statistics_.transmitted() < options_.count;
    }
    [[nodiscard]] Nanoseconds patience() const noexcept;
    // When this has to go on, whatever comes; nothing once it is over.
    [[nodiscard]] std::optional<Nanoseconds> next_time() const noexcept;
    // Nothing more is sent, or waited for.
    [[nodiscard]] bool is_over(Nanoseconds now) const noexcept;
    [[nodiscard]] pier::Task<bool> send();
    [[nodiscard]] bool take(const pier::RawPacket& packet);
    void take_answer(const Answer& answer, const pier::RawPacket& packet, std::string& text);
    [[nodiscard]] bool print(const std::string& text);

    const Options& options_;
    const std::string host_;
    const pier::Endpoint address_;
    const Report report_;
    pier::RawSocket socket_;
    Question question_;
    Requests requests_;
    Statistics statistics_;
    Nanoseconds begun_{}, ended_{}, next_send_{}, last_sent_{};
    bool failed_ = false;
};

}  // namespace ping
