// A socket that no loop owns: what a Watch is for. Its owner calls the system itself, and never waits in it.
#pragma once

#include <pier/listener.hpp>
#include <pier/spi/descriptor.hpp>
#include <pier/stream.hpp>
#include <pier/task.hpp>
#include <pier/watch.hpp>

#include <optional>
#include <span>

namespace pier::behaviour {

class Foreign {
public:
    Foreign() = default;
    Foreign(const Foreign&) = delete;
    Foreign& operator=(const Foreign&) = delete;
    ~Foreign() { close(); }

    [[nodiscard]] pier::Result<void> open();
    void close() noexcept;
    [[nodiscard]] pier::NativeSocket socket() const noexcept { return descriptor_.socket; }

    // Nothing while it is under way.
    [[nodiscard]] std::optional<pier::Error> connect(const pier::Endpoint& to);
    [[nodiscard]] std::optional<pier::Error> connected();
    // What one attempt takes; nothing when it would block or fails.
    std::optional<std::size_t> receive(std::span<std::byte> into);

private:
    pier::spi::Descriptor descriptor_;
};

// A foreign socket, watched, and the stream at the other end of its connection.
struct ForeignPair {
    Foreign here;
    pier::Watch watch;
    pier::Stream there;
};
[[nodiscard]] pier::Task<pier::Result<void>> connect_foreign(ForeignPair& pair);

}  // namespace pier::behaviour
