// An end over what Pier has for a kind.
#pragma once

#include "pattern.hpp"
#include "side.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>
#include <vector>

namespace ipc {

// `Channel` has send_all(bytes), to be awaited for a Result<void>, and receive(into), for a Result<std::size_t>.
template <class Channel>
class ChannelSide final : public Side {
public:
    ChannelSide(Channel channel, Gives gives) : channel_(std::move(channel)), gives_(gives) {}

    pier::Task<OrFault<void>> send(Load load) override {
        Place place;
        for (std::uint64_t i = 0; i < load.count; ++i) {
            auto sent = co_await channel_.send_all(place.bytes(load.size));
            if (!sent) co_return fault("sending", sent.error());
            place.advance(load.size);
        }
        co_return {};
    }

    pier::Task<OrFault<void>> receive(Load load) override {
        if (gives_ == Gives::messages) co_return co_await receive_messages(load);
        co_return co_await receive_bytes(load.size * load.count);
    }

    pier::Task<OrFault<pier::Latency>> ask(std::uint64_t rounds) override {
        pier::Latency latency;
        Place place;
        for (std::uint64_t i = 0; i < rounds; ++i) {
            const auto begun = std::chrono::steady_clock::now();
            auto sent = co_await channel_.send_all(place.bytes(size_of_question()));
            if (!sent) co_return fault("sending a question", sent.error());
            auto got = co_await channel_.receive(buffer());
            latency.add(std::chrono::steady_clock::now() - begun);
            auto checked = check_question(got, place);
            if (!checked) co_return std::unexpected(std::move(checked.error()));
        }
        co_return latency;
    }

    pier::Task<OrFault<void>> answer(std::uint64_t rounds) override {
        Place place;
        for (std::uint64_t i = 0; i < rounds; ++i) {
            auto got = co_await channel_.receive(buffer());
            const auto answer = place.bytes(size_of_question());
            auto checked = check_question(got, place);
            if (!checked) co_return std::unexpected(std::move(checked.error()));
            auto sent = co_await channel_.send_all(answer);
            if (!sent) co_return fault("sending an answer", sent.error());
        }
        co_return {};
    }

private:
    static constexpr std::size_t buffer_of_stream = 64 << 10;

    // What carries no bytes ignores them.
    [[nodiscard]] static constexpr std::size_t size_of_question() noexcept { return 1; }

    std::span<std::byte> buffer() {
        if (buffer_.empty()) buffer_.resize(gives_ == Gives::messages ? largest_message : buffer_of_stream);
        return buffer_;
    }

    pier::Task<OrFault<void>> receive_bytes(std::uint64_t left) {
        Place place;
        while (left > 0) {
            auto got = co_await channel_.receive(
                buffer().first(static_cast<std::size_t>(std::min<std::uint64_t>(left, buffer_of_stream))));
            if (!got) co_return fault("receiving", got.error());
            if (*got == 0) co_return ended();
            auto checked = place.expect(buffer().first(*got));
            if (!checked) co_return checked;
            left -= *got;
        }
        co_return {};
    }

    pier::Task<OrFault<void>> receive_messages(Load load) {
        Place place;
        for (std::uint64_t i = 0; i < load.count; ++i) {
            auto got = co_await channel_.receive(buffer());
            if (!got) co_return fault("receiving", got.error());
            if (*got != load.size) co_return wrong_size(*got, load.size);
            auto checked = place.expect(buffer().first(*got));
            if (!checked) co_return checked;
        }
        co_return {};
    }

    OrFault<void> check_question(const pier::Result<std::size_t>& got, Place& place) {
        if (!got) return fault("receiving", got.error());
        if (*got == 0 && gives_ == Gives::bytes) return ended();
        return place.expect(buffer().first(*got));
    }

    Channel channel_;
    const Gives gives_;
    std::vector<std::byte> buffer_;
};

// The same as an OpenedSide.
template <class Channel>
[[nodiscard]] std::unique_ptr<Side> make_side(Channel channel, Gives gives) {
    return std::make_unique<ChannelSide<Channel>>(std::move(channel), gives);
}

}  // namespace ipc
