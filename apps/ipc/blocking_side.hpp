// An end over calls that block the thread: those of a kind that no event loop can wait for, and bare system calls. They
// are made on a worker thread, while the loop watches the other process and the user.
#pragma once

#include "pattern.hpp"
#include "side.hpp"

#include <pier/task/on_worker.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>
#include <vector>

namespace ipc {

// `Channel` has Result<void> send(bytes) and Result<std::size_t> receive(into). A call that nobody waits for any more
// goes on with a channel that it owns; so each call of the channel ends by itself, in some seconds at most.
template <class Channel>
class BlockingEnd {
public:
    BlockingEnd(Channel channel, Gives gives)
        : channel_(std::move(channel)),
          gives_(gives),
          buffer_(gives == Gives::messages ? largest_message : buffer_of_stream) {}

    OrFault<void> send(Load load) {
        Place place;
        for (std::uint64_t i = 0; i < load.count; ++i) {
            const auto sent = channel_.send(place.bytes(load.size));
            if (!sent) return fault("sending", sent.error());
            place.advance(load.size);
        }
        return {};
    }

    OrFault<void> receive(Load load) {
        Place place;
        std::uint64_t left = gives_ == Gives::messages ? load.count : load.size * load.count;
        while (left > 0) {
            const std::size_t most = gives_ == Gives::messages
                                         ? buffer_.size()
                                         : static_cast<std::size_t>(std::min<std::uint64_t>(left, buffer_.size()));
            const auto got = channel_.receive(std::span(buffer_).first(most));
            if (!got) return fault("receiving", got.error());
            if (gives_ == Gives::messages && *got != load.size) return wrong_size(*got, load.size);
            if (gives_ == Gives::bytes && *got == 0) return ended();
            auto checked = place.expect(std::span(buffer_).first(*got));
            if (!checked) return checked;
            left -= gives_ == Gives::messages ? 1 : *got;
        }
        return {};
    }

    OrFault<pier::Latency> ask(std::uint64_t rounds) {
        pier::Latency latency;
        Place place;
        for (std::uint64_t i = 0; i < rounds; ++i) {
            const auto begun = std::chrono::steady_clock::now();
            const auto sent = channel_.send(place.bytes(1));
            if (!sent) return fault("sending a question", sent.error());
            const auto got = channel_.receive(buffer_);
            latency.add(std::chrono::steady_clock::now() - begun);
            auto checked = check(got, place);
            if (!checked) return std::unexpected(std::move(checked.error()));
        }
        return latency;
    }

    OrFault<void> answer(std::uint64_t rounds) {
        Place place;
        for (std::uint64_t i = 0; i < rounds; ++i) {
            const auto bytes = place.bytes(1);
            auto checked = check(channel_.receive(buffer_), place);
            if (!checked) return checked;
            const auto sent = channel_.send(bytes);
            if (!sent) return fault("sending an answer", sent.error());
        }
        return {};
    }

private:
    static constexpr std::size_t buffer_of_stream = 64 << 10;

    OrFault<void> check(const pier::Result<std::size_t>& got, Place& place) {
        if (!got) return fault("receiving", got.error());
        if (*got == 0 && gives_ == Gives::bytes) return ended();
        return place.expect(std::span(buffer_).first(*got));
    }

    Channel channel_;
    const Gives gives_;
    std::vector<std::byte> buffer_;
};

template <class Channel>
class BlockingSide final : public Side {
public:
    BlockingSide(Channel channel, Gives gives)
        : end_(std::make_shared<BlockingEnd<Channel>>(std::move(channel), gives)) {}

    pier::Task<OrFault<void>> send(Load load) override {
        return on_worker<void>([end = end_, load] { return end->send(load); });
    }
    pier::Task<OrFault<void>> receive(Load load) override {
        return on_worker<void>([end = end_, load] { return end->receive(load); });
    }
    pier::Task<OrFault<pier::Latency>> ask(std::uint64_t rounds) override {
        return on_worker<pier::Latency>([end = end_, rounds] { return end->ask(rounds); });
    }
    pier::Task<OrFault<void>> answer(std::uint64_t rounds) override {
        return on_worker<void>([end = end_, rounds] { return end->answer(rounds); });
    }

private:
    template <class T, class Function>
    static pier::Task<OrFault<T>> on_worker(Function function) {
        // A Result of its own, beside the one of the worker's thread.
        auto work = [function = std::move(function)]() mutable { return pier::Result<OrFault<T>>(function()); };
        auto done = co_await pier::on_worker(std::move(work));
        if (!done) co_return fault("working on another thread", done.error());
        co_return std::move(*done);
    }

    std::shared_ptr<BlockingEnd<Channel>> end_;
};

template <class Channel>
[[nodiscard]] std::unique_ptr<Side> make_blocking_side(Channel channel, Gives gives) {
    return std::make_unique<BlockingSide<Channel>>(std::move(channel), gives);
}

}  // namespace ipc
