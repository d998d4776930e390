#include "conversation.hpp"

#include <pier/cli/program.hpp>
#include <pier/loop.hpp>
#include <pier/scope.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace echo_client {
namespace {

// Up to this size the whole message is sent before its echo is read: the buffers between the two programs hold it, so
// that neither side waits for the other. Larger messages are read while they are sent.
constexpr std::uint64_t piece = 16 * 1024;

}  // namespace

pier::Task<bool> Conversation::run() {
    auto connected = co_await pier::connect_to_first(options_.addresses, pier::after(options_.timeout));
    if (!connected) {
        if (tally_.failed) co_return false;
        tally_.failed = true;
        pier::complain_of_connect(program, "connecting to " + options_.server.to_string(), connected.error());
        co_return false;
    }
    stream_ = std::move(*connected);
    outgoing_.resize(static_cast<std::size_t>(std::min(options_.bytes, piece)));
    const bool one_at_a_time = pier::this_loop().traits().one_at_a_time;
    for (std::uint64_t i = 0; i < options_.count; ++i) {
        const auto begun = std::chrono::steady_clock::now();
        const bool good = co_await exchange(one_at_a_time);
        if (!good) co_return false;
        tally_.latency.add(std::chrono::steady_clock::now() - begun);
        ++tally_.messages;
        tally_.bytes += options_.bytes;
        if (!options_.message.empty()) std::printf("%s\n", text_.c_str());
    }
    co_return co_await expect_end();
}

pier::Task<bool> Conversation::exchange(bool one_at_a_time) {
    text_.clear();
    if (options_.bytes <= piece) co_return co_await in_turns(options_.bytes);
    if (!one_at_a_time) co_return co_await both_ways(options_.bytes);
    for (std::uint64_t left = options_.bytes; left > 0;) {
        const std::uint64_t size = std::min(left, piece);
        const bool good = co_await in_turns(size);
        if (!good) co_return false;
        left -= size;
    }
    co_return true;
}

pier::Task<bool> Conversation::in_turns(std::uint64_t size) {
    pier::Error failure;
    co_await send(size, failure);
    if (failure.condition != pier::Errc::ok) co_return fail("sending to", failure);
    const std::uint64_t end = received_ + size;
    while (received_ < end) {
        auto echo = co_await stream_.receive(pier::after(options_.timeout));
        if (!echo) co_return fail("receiving from", echo.error());
        if (!check(*echo)) co_return false;
    }
    co_return true;
}

pier::Task<bool> Conversation::both_ways(std::uint64_t size) {
    pier::Error failure;
    pier::TaskScope sending;
    sending.spawn(send(size, failure));
    const std::uint64_t end = received_ + size;
    bool good = true;
    pier::Error broken;
    while (good && received_ < end) {
        auto echo = co_await stream_.receive(pier::after(options_.timeout));
        if (!echo) {
            broken = echo.error();
            break;
        }
        good = check(*echo);
    }
    if (received_ < end) sending.cancel();
    (void)co_await sending.join();
    // A sender that failed by itself knows more than the receiver, who only waited in vain.
    if (failure.condition != pier::Errc::ok && failure != pier::Errc::operation_canceled) {
        co_return fail("sending to", failure);
    }
    if (broken.condition != pier::Errc::ok) co_return fail("receiving from", broken);
    co_return good;
}

// In pieces, each with a deadline of its own: it is the standstill that fails, not the size.
pier::Task<void> Conversation::send(std::uint64_t size, pier::Error& failure) {
    for (std::uint64_t left = size; left > 0;) {
        const std::uint64_t part = std::min<std::uint64_t>(left, outgoing_.size());
        const std::span<std::byte> bytes = std::span(outgoing_).first(static_cast<std::size_t>(part));
        pattern_.fill(bytes, sent_);
        auto sent = co_await stream_.send_all(bytes, pier::after(options_.timeout));
        if (!sent) {
            failure = sent.error();
            co_return;
        }
        sent_ += part;
        left -= part;
    }
}

// The server has nothing left to say, and says so.
pier::Task<bool> Conversation::expect_end() {
    if (auto finished = stream_.finish(); !finished) co_return fail("finishing with", finished.error());
    auto rest = co_await stream_.receive(pier::after(options_.timeout));
    if (!rest) co_return fail("waiting for the end from", rest.error());
    if (!rest->empty()) co_return say(name() + ": more bytes came back than the " + std::to_string(sent_) + " sent");
    co_return true;
}

bool Conversation::check(std::span<const std::byte> echo) {
    if (echo.empty()) {
        return say(name() + ": the server ended after " + std::to_string(received_) + " bytes of echo, " +
                   std::to_string(sent_) + " were sent");
    }
    if (received_ + echo.size() > options_.bytes * options_.count) {
        return say(name() + ": more bytes came back than the " + std::to_string(options_.bytes * options_.count) +
                   " sent");
    }
    if (auto different = pattern_.compare(echo, received_)) {
        return say(name() + ": byte " + std::to_string(different->position) + " was sent as " +
                   hex(different->expected) + " and came back as " + hex(different->received));
    }
    if (!options_.message.empty()) text_.append(reinterpret_cast<const char*>(echo.data()), echo.size());
    received_ += echo.size();
    return true;
}

bool Conversation::fail(const char* doing, const pier::Error& error) {
    return say(std::string(doing) + " " + name() + ": " + pier::describe(error));
}

// Only the first failure of a run is said: the others follow from it.
bool Conversation::say(const std::string& sentence) {
    if (!tally_.failed) pier::say(program, sentence);
    tally_.failed = true;
    return false;
}

std::string Conversation::name() const {
    std::string text = options_.server.to_string();
    if (options_.connections > 1) text += " (connection " + std::to_string(number_ + 1) + ")";
    return text;
}

}  // namespace echo_client
