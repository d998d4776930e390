// A Unix-domain stream socket.
#include "channel_side.hpp"
#include "kind.hpp"
#include "kind/meeting.hpp"
#include "kind/words.hpp"

namespace ipc {
namespace {

class UnixHost final : public Host {
public:
    explicit UnixHost(pier::Listener listener)
        : listener_(std::move(listener)), invitation_{{listener_.local().to_string()}, {}} {}

    const Invitation& invitation() const noexcept override { return invitation_; }

    pier::Task<OpenedSide> meet(const pier::Process& /*other*/) override {
        auto stream = co_await accept_one(listener_);
        if (!stream) co_return std::unexpected(std::move(stream.error()));
        co_return make_side(std::move(*stream), Gives::bytes);
    }

private:
    pier::Listener listener_;
    Invitation invitation_;
};

OrFault<std::unique_ptr<Host>> make_host() {
    auto listener = listen_at_path();
    if (!listener) return std::unexpected(std::move(listener.error()));
    return std::make_unique<UnixHost>(std::move(*listener));
}

pier::Task<OpenedSide> join(std::vector<std::string> words) {
    auto stream = co_await connect_to(word_at(words, 0));
    if (!stream) co_return std::unexpected(std::move(stream.error()));
    co_return make_side(std::move(*stream), Gives::bytes);
}

std::string obstacle() {
    auto listener = listen_at_path();
    if (listener) return {};
    return listener.error().sentence;
}

}  // namespace

Kind unix_kind() noexcept {
    return {.name = "unix",
            .summary = "a Unix-domain stream socket, which is found by its path",
            .obstacle = obstacle,
            .host = make_host,
            .join = join};
}

}  // namespace ipc
