// One end of a way to talk, as the measuring needs it: it sends and receives loads of messages whose bytes are known,
// so that a lost, a doubled and a changed one are seen.
#pragma once

#include <pier/cli/latency.hpp>
#include <pier/result.hpp>
#include <pier/task.hpp>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

namespace ipc {

// What went wrong, as a sentence for people.
struct Fault {
    std::string sentence;
    bool interrupted = false;  // the user has asked to stop
};
template <class T>
using OrFault = std::expected<T, Fault>;

[[nodiscard]] std::unexpected<Fault> fault(std::string sentence);
[[nodiscard]] std::unexpected<Fault> fault(std::string_view doing, const pier::Error& error);

// Messages of one size. Of a kind that carries no bytes the size is 0, and what is counted are its tokens.
struct Load {
    std::size_t size = 0;
    std::uint64_t count = 0;
};

// Confined to the task that uses it, one call at a time. A call that was cancelled leaves the end useless.
class Side {
public:
    Side() = default;
    Side(const Side&) = delete;
    Side& operator=(const Side&) = delete;
    virtual ~Side() = default;

    // The bytes of a load begin at the beginning of the pattern, at both ends.
    [[nodiscard]] virtual pier::Task<OrFault<void>> send(Load load) = 0;
    // Takes exactly that load and checks every byte.
    [[nodiscard]] virtual pier::Task<OrFault<void>> receive(Load load) = 0;
    // Sends a message of one byte and waits for its answer, so often; how long each took.
    [[nodiscard]] virtual pier::Task<OrFault<pier::Latency>> ask(std::uint64_t rounds) = 0;
    // The other end's part in that.
    [[nodiscard]] virtual pier::Task<OrFault<void>> answer(std::uint64_t rounds) = 0;
};
using OpenedSide = OrFault<std::unique_ptr<Side>>;

}  // namespace ipc
