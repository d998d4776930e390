// What the steps of most behaviours have in common.
#pragma once

#include <pier/behaviour/far_end.hpp>
#include <pier/behaviour/outcome.hpp>
#include <pier/listener.hpp>
#include <pier/loop.hpp>
#include <pier/scope.hpp>
#include <pier/spi/socket.hpp>
#include <pier/stream.hpp>
#include <pier/sync/event.hpp>
#include <pier/task.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace pier::behaviour {

// Of every operation that is not itself about deadlines. Nothing on a loopback connection takes nearly so long; who
// runs steps in an emulator sets more, before the first.
inline pier::Deadline limit = pier::after(std::chrono::seconds(5));

// In which something that must not come does not come: the only time that is waited for.
inline constexpr pier::Deadline window = pier::after(std::chrono::milliseconds(100));

// Steps that need no second thread: one loop of the engine runs them.
[[nodiscard]] std::function<Verdict(const pier::EngineInfo&)> on_one_loop(pier::Task<Verdict> (*steps)());

// Both ends of one loopback connection, as the arrangement says; usually on this loop. A system completes a connection
// in the listener's queue, so connecting and then accepting works on an engine that blocks, too.
struct Pair {
    pier::Stream here;
    FarEnd there;
};
[[nodiscard]] pier::Task<pier::Result<Pair>> connect_pair();

// A port of our own on which nobody listens, as long as `owner` lives; without an engine, because engines have their
// own ways of closing late.
[[nodiscard]] pier::Result<pier::Endpoint> take_silent_port(pier::spi::Accepted& owner,
                                                            pier::Family family = pier::Family::ipv4);

// Runs the action in the loop's next turn: by then the operation that the task starts after this line is under way.
// Does nothing once it has been destroyed.
class WhileWaiting {
public:
    explicit WhileWaiting(std::function<void()> action);

private:
    std::shared_ptr<std::function<void()>> action_;
};

// Where a receive puts what comes: into a buffer of the caller's, or a chunk that the loop lends.
enum class Into : std::uint8_t { chunk, buffer };

// A receive in a task of its own, and how it ended.
struct PendingReceive {
    pier::Event begins;  // in the same step the receive is under way
    pier::Result<std::size_t> result{};
};
[[nodiscard]] pier::Task<void> receive_some(pier::Stream& stream, PendingReceive& pending, Into into = Into::buffer);

// Joins, by force where the tasks do not end by themselves. False then.
[[nodiscard]] pier::Task<bool> join(pier::TaskScope& scope);

[[nodiscard]] std::span<const std::byte> bytes(std::string_view text) noexcept;

// Sends the text one way and receives it at the other end; each is a Stream or a FarEnd.
template <class From, class To>
[[nodiscard]] pier::Task<bool> passes(From& from, To& to, std::string_view text) {
    auto sent = co_await from.send_all(bytes(text), limit);
    if (!sent) co_return false;
    std::vector<std::byte> arrived(text.size());
    auto received = co_await to.receive_exactly(arrived, limit);
    co_return received.has_value() && std::ranges::equal(arrived, bytes(text));
}

// A reset crosses the loopback connection at once, but not every system (Wine) tells the other end before the call
// returns. By the time a second connection has been made and used, it has. False when that connection can't be made.
[[nodiscard]] pier::Task<bool> reset_has_arrived();

}  // namespace pier::behaviour
