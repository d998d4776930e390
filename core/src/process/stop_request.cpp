// Requests to stop, by the signals that mean one on this system.
#include <pier/sys/signal.hpp>
#include <pier/sys/stop.hpp>

#include <array>
#include <mutex>
#include <utility>

namespace pier::sys {
namespace {

class Requests {
public:
    Result<void> listen(void (*handler)(void*) noexcept, void* context) {
        handler_ = handler;
        context_ = context;
        auto one = all_.begin();
        for (Signal signal : stop_signals()) {
            one->of = this;
            one->signal = signal;
            one->told = [](SignalListener& self) noexcept {
                const Requests& requests = *static_cast<One&>(self).of;
                requests.handler_(requests.context_);
            };
            auto added = add(*one, signal);
            if (!added) stop_listening();
            if (!added) return added;
            one->listens = true;
            ++one;
        }
        return {};
    }
    // Afterwards nobody is inside of the handler.
    void stop_listening() noexcept {
        for (One& one : all_) {
            if (std::exchange(one.listens, false)) remove(one, one.signal);
        }
    }

private:
    struct One : SignalListener {
        Requests* of = nullptr;
        Signal signal{};
        bool listens = false;
    };

    // Written while no signal is listened to.
    void (*handler_)(void*) noexcept = nullptr;
    void* context_ = nullptr;
    std::array<One, most_stop_signals> all_;
};

std::mutex changing;
// Two, so that the new ones listen before the old ones stop: else a signal between them would end the process.
std::array<Requests, 2> both;
std::size_t current = 0;

}  // namespace

Result<void> on_stop_request(void (*handler)(void*) noexcept, void* context) {
    std::lock_guard lock(changing);
    Requests& old = both[current];
    if (handler != nullptr) {
        current = 1 - current;
        auto listens = both[current].listen(handler, context);
        if (!listens) current = 1 - current;
        if (!listens) return listens;
    }
    old.stop_listening();
    return {};
}

}  // namespace pier::sys
