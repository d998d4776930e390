// Signals: the first process raises one in the second, which raises one in the first. One at a time, because a signal
// merges with another one of its kind that has not been told yet.
#include "channel_side.hpp"
#include "kind.hpp"
#include "kind/words.hpp"

#include <pier/signal.hpp>
#include <pier/sys/unix_socket.hpp>


namespace ipc {
namespace {

class SignalChannel {
public:
    SignalChannel(pier::SignalSet signals, std::uint64_t other) : signals_(std::move(signals)), other_(other) {}

    pier::Task<pier::Result<void>> send_all(std::span<const std::byte> /*bytes*/) {
        co_return pier::send_signal(other_, pier::Signal::user_1);
    }
    pier::Task<pier::Result<std::size_t>> receive(std::span<std::byte> /*into*/) {
        auto came = co_await signals_.next();
        if (!came) co_return pier::fail(came.error());
        co_return 0;
    }

private:
    pier::SignalSet signals_;
    std::uint64_t other_;
};

class SignalHost final : public Host {
public:
    explicit SignalHost(pier::SignalSet signals)
        : signals_(std::move(signals)), invitation_{{std::to_string(pier::sys::process_id())}, {}} {}

    const Invitation& invitation() const noexcept override { return invitation_; }

    pier::Task<OpenedSide> meet(const pier::Process& other) override {
        co_return make_side(SignalChannel(std::move(signals_), other.id()), Gives::messages);
    }

private:
    pier::SignalSet signals_;
    Invitation invitation_;
};

OrFault<std::unique_ptr<Host>> make_host() {
    auto signals = pier::SignalSet::open({pier::Signal::user_1});
    if (!signals) return fault("taking a signal", signals.error());
    return std::make_unique<SignalHost>(std::move(*signals));
}

pier::Task<OpenedSide> join(std::vector<std::string> words) {
    auto signals = pier::SignalSet::open({pier::Signal::user_1});
    if (!signals) co_return fault("taking a signal", signals.error());
    const std::string word = word_at(words, 0);
    const auto other = number_of<std::uint64_t>(word);
    if (!other || *other == 0) co_return fault("\"" + word + "\" is no process");
    co_return make_side(SignalChannel(std::move(*signals), *other), Gives::messages);
}

std::string obstacle() {
    auto signals = pier::SignalSet::open({pier::Signal::user_1});
    if (signals || signals.error() != pier::Errc::not_supported) return {};
    return "this system has no signals that a program could give a meaning of its own";
}

}  // namespace

Kind signal_kind() noexcept {
    return {.name = "signal",
            .summary = "signals, one at a time, because signals of one kind merge",
            .largest = 0,
            .streams = false,
            .obstacle = obstacle,
            .host = make_host,
            .join = join};
}

}  // namespace ipc
