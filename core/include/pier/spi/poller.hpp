// What a readiness mechanism has to implement; ReadinessEngine makes an engine of it. A poller changes interest and
// waits, nothing else.
#pragma once

#include <pier/result.hpp>
#include <pier/spi/descriptor.hpp>
#include <pier/time.hpp>

#include <cstdint>

namespace pier::spi {

class ReadySink;

// The descriptor of every readiness engine.
struct PolledDescriptor : Descriptor {
    bool registered = false;  // the engine's: the poller knows it
    std::uint32_t slot = 0;   // the poller's, which finds it there among what it watches
};
static_assert(sizeof(void*) > 8 || sizeof(PolledDescriptor) <= 96, "an idle connection pays for every byte of it");
inline PolledDescriptor& polled(Descriptor& descriptor) noexcept { return static_cast<PolledDescriptor&>(descriptor); }

// A bit of events, besides `input` and `output`: hang-up, error or urgent data. Both directions are tried, and from now
// on only "would block" proves a lane drained. In an interest: urgent data, of a foreign socket.
inline constexpr std::uint8_t exceptional = 4;

struct PollerTraits {
    // Edge: an event comes once, when the state changes; level: as long as the state holds, so interest without a
    // waiting operation has to be taken back.
    bool edge = false;
    bool short_receive_drains = true;
    bool short_send_drains = true;
};

enum class Watched : bool { by_events, apart };

class Poller {
public:
    explicit Poller(PollerTraits traits) noexcept : traits_(traits) {}
    Poller(const Poller&) = delete;
    Poller& operator=(const Poller&) = delete;
    virtual ~Poller() = default;

    // Asked at attach: the socket as it can be watched, or why it can't be. Select refuses descriptors beyond
    // FD_SETSIZE, unless the socket is `ours` and it has a lower number for it.
    [[nodiscard]] virtual Result<NativeSocket> admit(NativeSocket socket, bool ours) {
        (void)ours;
        return socket;
    }
    // As Engine::room_to_accept().
    [[nodiscard]] virtual Result<void> room_to_accept() { return {}; }

    // Registers with that interest; reports also what is ready already.
    [[nodiscard]] virtual Result<void> add(Descriptor& descriptor, std::uint8_t interest) = 0;
    // Replaces the interest of a registered descriptor; reports also what is ready already. 0 takes
    // the registration back, so that not even errors are reported; the next is an add().
    [[nodiscard]] virtual Result<void> change(Descriptor& descriptor, std::uint8_t interest) = 0;
    // Before the socket is closed; no event of it afterwards.
    virtual void remove(Descriptor& descriptor) noexcept = 0;

    // A Verb::wait that was tried and would block. by_events: an event will do. apart: the poller learns of it by other
    // means, and ends it by ReadySink::ended() in a later wait().
    [[nodiscard]] virtual Result<Watched> watch(Operation&) { return Watched::by_events; }
    // A request to end what watch() took.
    virtual void unwatch(Operation&) noexcept {}

    // As Engine::wait(); calls sink.event() for each event.
    [[nodiscard]] virtual Result<void> wait(Time until, ReadySink& sink) = 0;
    virtual void wake() noexcept = 0;

    [[nodiscard]] const PollerTraits& traits() const noexcept { return traits_; }

private:
    const PollerTraits traits_;
};

}  // namespace pier::spi
