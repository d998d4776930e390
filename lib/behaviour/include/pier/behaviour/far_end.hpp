// The other end of a connection, on the loop of the steps or on a loop and a thread of its own.
#pragma once

#include <pier/behaviour/outcome.hpp>
#include <pier/listener.hpp>
#include <pier/loop.hpp>
#include <pier/option.hpp>
#include <pier/stream.hpp>
#include <pier/task.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace pier::behaviour {

// Where both ends of a connection are. As usual a pair is on one loop, and a Peer is on a thread of its own; otherwise
// it is the other way round.
enum class Ends : std::uint8_t { usual, other };
// Which of the two ends the end of the steps is.
enum class Here : std::uint8_t { connects, accepts };

// How steps make their connections. pier-compare takes the first of each, pier-contract all that the steps ask for.
struct Arrangement {
    Ends ends = Ends::usual;
    Here here = Here::connects;
    // Whether anybody has asked for either, since it was set.
    bool ends_asked = false;
    bool here_asked = false;
};
// Set before steps begin, read by their thread alone.
inline Arrangement arrangement{};

// What a stream does, as far as steps need it of the far end. One operation at a time; each is called by the loop of
// the steps, and ends there, wherever the stream is. What is no awaitable waits until the other thread has done it.
class FarEnd {
public:
    FarEnd();
    explicit FarEnd(pier::Stream stream);  // on this loop
    FarEnd(FarEnd&&) noexcept;
    FarEnd& operator=(FarEnd&&) noexcept;
    ~FarEnd();

    // A thread with a loop of that engine, on which streams are connected or accepted.
    [[nodiscard]] pier::Result<void> move_to_thread(const pier::EngineInfo& engine);
    [[nodiscard]] pier::Result<pier::Endpoint> listen();
    [[nodiscard]] pier::Task<pier::Result<void>> accept();
    // Connects while the caller does something else: `connected()` waits for the end of it.
    void begin_to_connect(const pier::Endpoint& to);
    [[nodiscard]] pier::Task<pier::Result<void>> connected();

    // A copy of what came; empty at the end of the stream.
    [[nodiscard]] pier::Task<pier::Result<std::vector<std::byte>>> receive(pier::Deadline deadline);
    [[nodiscard]] pier::Task<pier::Result<std::size_t>> receive(std::span<const pier::Buffer> into,
                                                                pier::Deadline deadline);
    [[nodiscard]] pier::Task<pier::Result<void>> receive_exactly(std::span<std::byte> into, pier::Deadline deadline);
    [[nodiscard]] pier::Task<pier::Result<std::size_t>> send(std::span<const std::byte> data, pier::Deadline deadline);
    [[nodiscard]] pier::Task<pier::Result<void>> send_all(std::span<const std::byte> data, pier::Deadline deadline);
    [[nodiscard]] pier::Task<pier::Result<void>> send_urgent(std::byte byte, pier::Deadline deadline);

    pier::Result<void> finish();
    pier::Result<void> set(pier::Option option, int value);
    [[nodiscard]] pier::Result<int> get(pier::Option option);
    [[nodiscard]] pier::Result<pier::Endpoint> local();
    [[nodiscard]] pier::Endpoint peer();
    void close();
    void abort();

private:
    class Place;
    using Job = std::function<pier::Task<void>(pier::Stream&)>;

    [[nodiscard]] pier::Task<void> run(Job job);
    void run_now(const std::function<void(pier::Stream&)>& action);

    std::unique_ptr<Place> place_;  // where the stream is, when it is not here
    pier::Stream stream_;
};

}  // namespace pier::behaviour
