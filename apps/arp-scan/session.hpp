// The scan itself: one tap, requests in their time, and what comes back.
#pragma once

#include "book.hpp"
#include "options.hpp"
#include "report.hpp"

#include <pier/link.hpp>
#include <pier/socket/interfaces.hpp>
#include <pier/task.hpp>

#include <optional>
#include <string>
#include <vector>

namespace arp_scan {

// Confined to its loop's thread. The options outlive it.
class Session {
public:
    Session(const Options& options, pier::Interface interface);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    // False after a sentence.
    [[nodiscard]] bool open();
    // One scan; with --watch one after the other, until something fails or it is cancelled.
    [[nodiscard]] pier::Task<void> run();
    // The last line, behind run(). The exit status.
    [[nodiscard]] int end();

private:
    [[nodiscard]] Asker asker_for(Ipv4Number target) const noexcept { return {mac_, senders_.sender_for(target)}; }
    // Asks everybody. False when it can't go on.
    [[nodiscard]] pier::Task<bool> scan();
    // The same for one host, whose turn it is.
    [[nodiscard]] pier::Task<bool> ask(Ipv4Number target);
    // Takes what comes until then, or the first frames. False when it can't go on.
    [[nodiscard]] pier::Task<bool> listen(pier::Time until);
    void take(const pier::Frame& frame, std::string& text);
    // Who was known and has not been heard from. False when it can't go on.
    [[nodiscard]] bool end_round();
    [[nodiscard]] bool print(const std::string& text);
    [[nodiscard]] bool fail(std::string_view what, const pier::Error& error);

    const Options& options_;
    const pier::Interface interface_;
    Senders senders_;
    pier::packet::MacAddress mac_;
    std::vector<Ipv4Number> targets_;
    pier::LinkTap tap_;
    std::optional<Schedule> schedule_;
    Book book_;
    Report report_;
    pier::Time begun_{}, ended_{};
    bool is_over_ = false;  // the scan, or the last one
    bool failed_ = false;
};

}  // namespace arp_scan
