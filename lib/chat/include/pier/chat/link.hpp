// Messages over datagrams, in order and each once; what does not come in time is given up, and can be seen to be
// missing. The same on both sides, once for each pair. It touches no socket and no clock. Confined to one thread.
#pragma once

#include <pier/chat/packet.hpp>
#include <pier/time.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace pier::chat {

class Link {
public:
    // As many as the acknowledgement has bits for. What waits beyond them is bounded, too.
    static constexpr std::uint32_t window = 32;
    static constexpr std::size_t most_waiting = 256;
    // A message is sent again after 0.2, 0.4, 0.8 and 1.6 s, then each 3.2 s, and given up 3.2 s after the last time.
    // That is nearly 16 s, which a machine with too much to do may need to answer fifty people. The pause stays long
    // until something is acknowledged at its first try, and is never shorter than three times what that took: a busy
    // network, or a busy program at its other end, is not made busier. For the same reason only the oldest few are
    // sent again at a time; their acknowledgement tells what else has come.
    static constexpr unsigned most_tries = 8;
    static constexpr std::size_t most_repeats = 4;
    static constexpr Duration first_pause = std::chrono::milliseconds(200);
    static constexpr Duration longest_pause = first_pause * 16;

    enum class Repeats : bool { no, yes };
    // Without repeats for TCP, which does so itself.
    explicit Link(Repeats repeats) noexcept : repeats_(repeats) {}

    // Queues a message. When too many wait, the one that has waited longest is dropped: false.
    bool post(std::string message);
    // Takes what has to be sent now: for the first time, or again.
    [[nodiscard]] std::vector<Data> due(Time now);
    // When due() has something to give without a post() or an ack before; never where nothing is in flight.
    [[nodiscard]] Time next() const noexcept;
    void take(const Ack& ack, Time now);

    // What can be delivered now that this has come, in order. Afterwards ack() is to be sent, also when that is
    // nothing.
    [[nodiscard]] std::vector<std::string> take(const Data& data);
    [[nodiscard]] Ack ack() const noexcept;

    // Messages that the other side has not acknowledged, and those that wait to be sent.
    [[nodiscard]] std::size_t open() const noexcept { return in_flight_.size() + waiting_.size(); }
    // Messages that were given up since the last call.
    [[nodiscard]] std::vector<std::string> take_given_up() { return std::exchange(given_up_, {}); }

private:
    struct Sent {
        std::string message;
        unsigned tries = 0;
        Time first{};
        Time again{};
    };
    void acknowledge(std::map<std::uint32_t, Sent>::iterator at, Time now);
    [[nodiscard]] std::uint32_t base() const noexcept {
        return in_flight_.empty() ? next_number_ : in_flight_.begin()->first;
    }

    Repeats repeats_;
    Duration pause_ = first_pause;
    std::deque<std::string> waiting_;
    std::map<std::uint32_t, Sent> in_flight_;
    std::uint32_t next_number_ = 1;
    std::vector<std::string> given_up_;

    std::uint32_t expected_ = 1;
    std::map<std::uint32_t, std::string> early_;  // came before one that is missing
};

}  // namespace pier::chat
