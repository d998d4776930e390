#include <pier/link.hpp>

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

    // Until there may be something to take; always by way of the loop, so that a cancel comes and others get their
    // turn.
    [[nodiscard]] Task<Result<void>> readable(Deadline until) {
        if (watch.valid()) {
            WaitAwaiter waiting(until, watch, false);
            co_return co_await waiting;
        }
        auto waiting = came.wait(until);
        auto told = co_await waiting;
        if (told) came.reset();
        co_return told;
    }

    std::unique_ptr<sys::LinkPort> port;
    Watch watch;  // of a port with a socket
    Event came;   // else
    Notifier came_here;
    std::vector<Frame> frames;
    unsigned tries = 0;
    bool receives = false;
    bool closed = false;

private:
    using WaitAwaiter = spi::WaitAwaiter;
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
    const Deadline until = absolute(deadline);
    for (;;) {
        // A tap that always has frames gives way now and then: then it waits for what is there already.
        const bool gives_way = ++own->tries % spi::limits::inline_operations == 0;
        if (!gives_way) {
            own->frames.clear();
            auto taken = own->port->take(own->frames);
            if (taken) co_return std::span<const Frame>(own->frames);
            if (taken.error() != Errc::operation_would_block) co_return fail(taken.error());
        } else if (!own->watch.valid()) {
            own->came.set();
        }
        const auto ready = co_await own->readable(until);
        if (own->closed) co_return fail(Errc::operation_canceled);
        if (!ready && ready.error() == Errc::timed_out) {
            // An engine may end a wait whose time has come without a look at the socket.
            own->frames.clear();
            if (own->port->take(own->frames)) co_return std::span<const Frame>(own->frames);
        }
        if (!ready) co_return fail(ready.error());
    }
}

Task<Result<void>> LinkTap::send(std::span<const std::byte> frame, Deadline deadline) const {
    const std::shared_ptr<State> own = state_;
    if (own == nullptr) co_return fail(Errc::not_connected);
    const Deadline until = absolute(deadline);
    for (;;) {
        const bool gives_way = ++own->tries % spi::limits::inline_operations == 0;
        if (!gives_way || !own->watch.valid()) {
            auto sent = own->port->send(frame);
            if (sent || sent.error() != Errc::operation_would_block) co_return sent;
        }
        spi::WaitAwaiter waiting(until, own->watch, true);
        const auto ready = co_await waiting;
        if (own->closed) co_return fail(Errc::operation_canceled);
        if (!ready) co_return fail(ready.error());
    }
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
