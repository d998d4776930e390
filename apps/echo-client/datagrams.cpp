#include "datagrams.hpp"

#include <pier/cli/latency.hpp>
#include <pier/cli/program.hpp>
#include <pier/loop.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <random>

namespace echo_client {
namespace {

// One byte more than any datagram has, so that a longer answer is seen.
constexpr std::size_t longest_received = 65536;

std::uint64_t random_token() {
    std::random_device source;
    return static_cast<std::uint64_t>(source()) << 32 | (source() & 0xffffffffU);
}

pier::Time now() { return pier::this_loop().now(); }

}  // namespace

DatagramConversation::DatagramConversation(const Options& options, std::uint64_t number, Tally& tally)
    : options_(options),
      tally_(tally),
      number_(number),
      pattern_(number, options.message),
      packets_(random_token(), pattern_, static_cast<std::size_t>(options.bytes)) {}

pier::Task<bool> DatagramConversation::run() {
    std::vector<std::byte> into(longest_received);
    for (std::uint64_t i = 0; i < options_.count; ++i) {
        const auto begun = std::chrono::steady_clock::now();
        Outcome outcome = Outcome::lost;
        if (i == 0) outcome = co_await find_server(into);
        if (i > 0) outcome = co_await exchange(i, into);
        if (!settle(outcome, i)) co_return false;
        if (outcome == Outcome::answered) tally_.latency.add(std::chrono::steady_clock::now() - begun);
    }
    co_return true;
}

pier::Task<DatagramConversation::Outcome> DatagramConversation::find_server(std::vector<std::byte>& into) {
    Outcome outcome = Outcome::lost;
    for (std::size_t i = 0; i < options_.addresses.size(); ++i) {
        if (auto opened = open(options_.addresses[i]); !opened) {
            error_ = opened.error();
            doing_ = "opening a socket to";
            outcome = Outcome::failed;
        } else {
            outcome = co_await exchange(0, into);
        }
        if (outcome == Outcome::answered || outcome == Outcome::different) break;
        if (error_ == pier::Errc::operation_canceled) break;
    }
    co_return outcome;
}

pier::Result<void> DatagramConversation::open(const pier::Endpoint& server) {
    socket_ = {};
    server_ = server.reached();
    auto opened = options_.unconnected ? pier::Datagram::open(pier::Endpoint::any(server_.family()))
                                       : pier::Datagram::connect(server_);
    if (!opened) return pier::fail(opened.error());
    socket_ = std::move(*opened);
    return {};
}

pier::Task<DatagramConversation::Outcome> DatagramConversation::exchange(std::uint64_t number,
                                                                         std::vector<std::byte>& into) {
    std::vector<std::byte> datagram(static_cast<std::size_t>(options_.bytes));
    if (options_.message.empty()) {
        packets_.write(number, datagram);
    } else {
        pattern_.fill(datagram, 0);
    }
    for (std::uint64_t sendings = 0;; ++sendings) {
        const pier::Deadline limit = pier::after(options_.timeout);
        pier::Result<void> sent;
        if (options_.unconnected) {
            sent = co_await socket_.send_to(datagram, server_, limit);
        } else {
            sent = co_await socket_.send(datagram, limit);
        }
        if (!sent) {
            error_ = sent.error();
            doing_ = "sending to";
            co_return Outcome::failed;
        }
        ++tally_.datagrams.sent;
        if (sendings > 0) ++tally_.datagrams.sent_again;
        const Outcome outcome = co_await wait_for_answer(number, into);
        if (outcome != Outcome::lost || sendings == options_.resend) co_return outcome;
    }
}

pier::Task<DatagramConversation::Outcome> DatagramConversation::wait_for_answer(std::uint64_t number,
                                                                                std::vector<std::byte>& into) {
    const pier::Deadline limit = pier::at(now() + options_.timeout);
    for (;;) {
        auto got = co_await socket_.receive(into, limit);
        if (!got && got.error() == pier::Errc::timed_out) co_return Outcome::lost;
        if (!got) {
            error_ = got.error();
            doing_ = "receiving from";
            co_return Outcome::failed;
        }
        if (const auto outcome = take(number, got->from, std::span(into).first(got->size))) co_return *outcome;
    }
}

std::optional<DatagramConversation::Outcome> DatagramConversation::take(std::uint64_t number,
                                                                        const pier::Endpoint& from,
                                                                        std::span<const std::byte> datagram) {
    DatagramTally& tally = tally_.datagrams;
    // A socket with a peer hears nobody else. (A link-local sender has a zone, which the user's address may lack.)
    const bool by_server =
        !options_.unconnected ||
        (from.port() == server_.port() && from.family() == server_.family() && from.v6_bytes() == server_.v6_bytes());
    if (by_server && !options_.message.empty()) return take_text(datagram);
    const auto got = by_server ? packets_.number_of(datagram) : std::nullopt;
    if (!got || *got > number) {
        ++tally.foreign;
        return std::nullopt;
    }
    if (*got < number) {
        ++(lost_.erase(*got) > 0 ? tally.late : tally.duplicates);
        return std::nullopt;
    }
    if (datagram.size() != options_.bytes) {
        say(name() + ": datagram " + std::to_string(number) + " was sent with " + std::to_string(options_.bytes) +
            " bytes and came back with " + std::to_string(datagram.size()));
        return Outcome::different;
    }
    if (const auto different = packets_.compare(number, datagram)) {
        say(name() + ": byte " + std::to_string(different->position) + " of datagram " + std::to_string(number) +
            " was sent as " + hex(different->expected) + " and came back as " + hex(different->received));
        return Outcome::different;
    }
    return Outcome::answered;
}

// A text has no header. There is one of it, so nothing but its echo is to come.
std::optional<DatagramConversation::Outcome> DatagramConversation::take_text(std::span<const std::byte> datagram) {
    const std::string_view text(reinterpret_cast<const char*>(datagram.data()), datagram.size());
    if (text == options_.message) return Outcome::answered;
    say(name() + ": something else came back than the text that was sent");
    return Outcome::different;
}

bool DatagramConversation::settle(Outcome outcome, std::uint64_t number) {
    if (outcome == Outcome::answered) {
        ++tally_.messages;
        tally_.bytes += options_.bytes;
        if (!options_.message.empty()) std::printf("%s\n", options_.message.c_str());
        return true;
    }
    if (outcome == Outcome::failed) return fail();
    if (outcome == Outcome::different) return false;
    std::uint64_t& lost = tally_.datagrams.lost;
    ++lost;
    if (lost <= options_.most_lost) {
        lost_.insert(number);
        return true;
    }
    std::string sentence = name() + ": no answer to datagram " + std::to_string(number) + " has come in " +
                           pier::readable(options_.timeout);
    if (options_.resend > 0) sentence += ", sent " + std::to_string(options_.resend + 1) + " times";
    // Nobody tells a socket without a peer that its datagrams are refused.
    if (tally_.messages == 0) sentence += "; is the server running, and does it serve UDP?";
    return say(sentence);
}

bool DatagramConversation::fail() {
    if (tally_.failed || error_ == pier::Errc::operation_canceled) return false;
    tally_.failed = true;
    pier::complain(program, std::string(doing_) + " " + name(), error_);
    return false;
}

// Only the first failure of a run is said: the others follow from it.
bool DatagramConversation::say(const std::string& sentence) {
    if (!tally_.failed) pier::say(program, sentence);
    tally_.failed = true;
    return false;
}

std::string DatagramConversation::name() const {
    std::string text = options_.server.to_string();
    if (options_.connections > 1) text += " (socket " + std::to_string(number_ + 1) + ")";
    return text;
}

}  // namespace echo_client
