#include <pier/link.hpp>

#include "watched/try_when.hpp"

#include <pier/loop.hpp>
#include <pier/spi/limits.hpp>
#include <pier/sync/event.hpp>
#include <pier/sync/notifier.hpp>
#include <pier/sys/socket/link.hpp>
#include <pier/watch.hpp>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace pier {
namespace {

constexpr std::uint32_t longest_frame = 262'144;  // as LinkOptions says
constexpr std::size_t smallest_buffer = std::size_t{1} << 20;

}  // namespace

// Shared by the handle and by those that wait. The port goes last: the thread of a port without a socket calls the
// notifier until then.
struct LinkTap::State {
    State() : came_here(this_loop(), [this](std::size_t) noexcept { came.set(); }) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        watch.close();
        port.reset();
    }

    // A task that never has to wait gives way to others now and then: what it waits for then is there already.
    [[nodiscard]] bool has_to_wait() noexcept {
        if (++tries % spi::limits::inline_operations != 0) return false;
        if (!watch.valid()) came.set();
        return true;
    }
    // Without a socket it is for frames; to send, nobody waits there.
    [[nodiscard]] Task<Result<void>> wait(spi::Until what, Deadline until) {
        if (watch.valid()) {
            spi::WaitAwaiter waiting(until, watch, what == spi::Until::writable);
            co_return co_await waiting;
        }
        auto waiting = came.wait(until);
        auto told = co_await waiting;
        if (told) came.reset();
        co_return told;
    }
    [[nodiscard]] bool is_open() const noexcept { return !closed; }

    std::unique_ptr<sys::LinkPort> port;
    Watch watch;  // of a port with a socket
    Event came;   // else
    Notifier came_here;
    std::vector<Frame> frames;
    unsigned tries = 0;
    bool receives = false;
    bool closed = false;
};

Result<LinkTap> LinkTap::open(std::uint32_t interface_index, const LinkOptions& options) {
    if (interface_index == 0) return fail(Errc::no_such_interface);
    auto state = std::make_shared<State>();
    sys::LinkSettings settings;
    settings.interface_index = interface_index;
    settings.promiscuous = options.promiscuous;
    settings.snap_length = std::clamp(options.snap_length, std::uint32_t{1}, longest_frame);
    settings.buffer_size = std::max(options.buffer_size, smallest_buffer);
    settings.longest_delay = std::max(options.longest_delay, std::chrono::milliseconds(1));
    settings.filter = options.filter;
    auto port = sys::open_link(settings, [notifier = &state->came_here]() noexcept { notifier->notify(); });
    if (!port) return fail(port.error());
    state->port = std::move(*port);
    if (state->port->socket() != spi::no_socket) {
        auto watch = Watch::open(state->port->socket());
        if (!watch) return fail(watch.error());
        state->watch = std::move(*watch);
    }
    return LinkTap(std::move(state));
}

LinkTap& LinkTap::operator=(LinkTap&& other) noexcept {
    LinkTap moved(std::move(other));
    std::swap(state_, moved.state_);
    return *this;
}

LinkLayer LinkTap::layer() const noexcept { return valid() ? state_->port->layer() : LinkLayer::ethernet; }

Task<Result<std::span<const Frame>>> LinkTap::receive(Deadline deadline) const {
    const std::shared_ptr<State> own = state_;
    if (own == nullptr) co_return fail(Errc::not_connected);
    if (own->receives) co_return fail(Errc::already_in_progress);
    struct Receiving {
        explicit Receiving(bool& flag) noexcept : flag_(flag) { flag_ = true; }
        Receiving(const Receiving&) = delete;
        Receiving& operator=(const Receiving&) = delete;
        ~Receiving() { flag_ = false; }
        bool& flag_;
    } receiving(own->receives);
    using Frames = std::span<const Frame>;
    auto attempt = [&]() -> std::optional<Result<Frames>> {
        own->frames.clear();
        if (auto taken = own->port->take(own->frames); !taken) return fail(taken.error());
        return Frames(own->frames);
    };
    co_return co_await spi::try_when<Frames>(*own, spi::Until::readable, deadline, attempt);
}

Task<Result<void>> LinkTap::send(std::span<const std::byte> frame, Deadline deadline) const {
    const std::shared_ptr<State> own = state_;
    if (own == nullptr) co_return fail(Errc::not_connected);
    auto attempt = [&]() -> std::optional<Result<void>> { return own->port->send(frame); };
    co_return co_await spi::try_when<void>(*own, spi::Until::writable, deadline, attempt);
}

Result<LinkCounts> LinkTap::counts() const {
    if (!valid()) return fail(Errc::not_connected);
    return state_->port->counts();
}

void LinkTap::close() noexcept {
    if (state_ == nullptr) return;
    state_->closed = true;
    state_->watch.close();
    state_->came.set();
    state_.reset();
}

}  // namespace pier
