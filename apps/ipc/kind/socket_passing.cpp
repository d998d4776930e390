// Connections that are handed over: the first process makes one for each question and passes it on, and the answer is a
// byte that comes over it from the second process.
#include "kind.hpp"
#include "kind/meeting.hpp"
#include "kind/words.hpp"
#include "pattern.hpp"

#include <pier/ipc/socket_passing.hpp>
#include <pier/loop.hpp>

#include <array>
#include <chrono>

namespace ipc {
namespace {

std::unexpected<Fault> only_questions() { return fault("connections are passed one at a time"); }

// Either end: the first one has a listener for what it passes.
class PassingSide final : public Side {
public:
    PassingSide(pier::Stream channel, pier::Listener connections, std::uint64_t other) noexcept
        : channel_(std::move(channel)), connections_(std::move(connections)), other_(other) {}

    pier::Task<OrFault<void>> send(Load /*load*/) override { co_return only_questions(); }
    pier::Task<OrFault<void>> receive(Load /*load*/) override { co_return only_questions(); }

    pier::Task<OrFault<pier::Latency>> ask(std::uint64_t rounds) override {
        pier::Latency latency;
        Place place;
        std::array<std::byte, 2> answer{};
        for (std::uint64_t i = 0; i < rounds; ++i) {
            auto ours = co_await pier::Stream::connect(connections_.local());
            if (!ours) co_return fault("making a connection", ours.error());
            auto theirs = co_await connections_.accept_unattached();
            if (!theirs) co_return fault("making a connection", theirs.error());
            const auto begun = std::chrono::steady_clock::now();
            auto passed = co_await pier::send_connection(channel_, *theirs, other_);
            if (!passed) co_return fault("passing a connection on", passed.error());
            auto got = co_await ours->receive(std::span<std::byte>(answer));
            latency.add(std::chrono::steady_clock::now() - begun);
            if (!got) co_return fault("receiving over a connection that was passed on", got.error());
            if (*got == 0) co_return ended();
            auto checked = place.expect(std::span(answer).first(*got));
            if (!checked) co_return std::unexpected(std::move(checked.error()));
        }
        co_return latency;
    }

    pier::Task<OrFault<void>> answer(std::uint64_t rounds) override {
        Place place;
        for (std::uint64_t i = 0; i < rounds; ++i) {
            auto passed = co_await pier::receive_connection(channel_);
            if (!passed) co_return fault("receiving a connection", passed.error());
            auto stream = pier::Stream::adopt(std::move(*passed));
            if (!stream) co_return fault("taking a connection over", stream.error());
            auto sent = co_await stream->send_all(place.bytes(1));
            if (!sent) co_return fault("sending over a connection that was passed on", sent.error());
            place.advance(1);
        }
        co_return {};
    }

private:
    pier::Stream channel_;
    pier::Listener connections_;
    std::uint64_t other_;
};

class PassingHost final : public Host {
public:
    PassingHost(pier::Listener channel, pier::Listener connections)
        : channel_(std::move(channel)),
          connections_(std::move(connections)),
          invitation_{{channel_.local().to_string()}, {}} {}

    const Invitation& invitation() const noexcept override { return invitation_; }

    pier::Task<OpenedSide> meet(const pier::Process& other) override {
        auto channel = co_await accept_one(channel_);
        if (!channel) co_return std::unexpected(std::move(channel.error()));
        co_return std::make_unique<PassingSide>(std::move(*channel), std::move(connections_), other.id());
    }

private:
    pier::Listener channel_;
    pier::Listener connections_;
    Invitation invitation_;
};

OrFault<std::unique_ptr<Host>> make_host() {
    auto channel = listen_anyhow();
    if (!channel) return std::unexpected(std::move(channel.error()));
    auto connections = listen_anyhow();
    if (!connections) return std::unexpected(std::move(connections.error()));
    return std::make_unique<PassingHost>(std::move(*channel), std::move(*connections));
}

pier::Task<OpenedSide> join(std::vector<std::string> words) {
    auto channel = co_await connect_to(word_at(words, 0));
    if (!channel) co_return std::unexpected(std::move(channel.error()));
    co_return std::make_unique<PassingSide>(std::move(*channel), pier::Listener(), 0);
}

std::string obstacle() {
    if (pier::this_loop().engine_name() != "uv") return {};
    return "libuv keeps what it has accepted, so the engine uv has nothing to pass on";
}

}  // namespace

Kind socket_passing_kind() noexcept {
    return {.name = "socket-passing",
            .summary = "connections that one process hands over to the other",
            .largest = 0,
            .streams = false,
            .obstacle = obstacle,
            .host = make_host,
            .join = join};
}

}  // namespace ipc
