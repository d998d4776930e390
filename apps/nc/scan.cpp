#include "scan.hpp"

#include "reach.hpp"

#include <pier/cli/program.hpp>
#include <pier/datagram.hpp>
#include <pier/scope.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace nc {
namespace {

using namespace std::chrono_literals;

// How long a port of UDP may take to say that nobody is there. What says nothing is open, as far as can be known.
constexpr pier::Duration silence = 1s;

class Scan {
public:
    Scan(const Options& options, const std::vector<pier::Endpoint>& addresses, const std::vector<std::uint16_t>& ports,
         const std::vector<pier::Endpoint>& sources)
        : options_(options), addresses_(addresses), ports_(ports), sources_(sources), findings_(ports.size()) {}

    pier::Task<int> run() {
        pier::TaskScope scope;
        const std::size_t workers = std::min<std::size_t>(options_.at_once, ports_.size());
        for (std::size_t i = 0; i < workers; ++i) scope.spawn(work());
        (void)co_await scope.join();
        co_return open_ ? 0 : 1;
    }

private:
    using Attempts = std::optional<std::vector<pier::FailedAttempt>>;

    // One port after the other, of those that no other worker has taken.
    pier::Task<void> work() {
        while (next_ < ports_.size()) {
            const std::size_t place = next_++;
            auto found = co_await look(ports_[place]);
            if (!found) co_return;
            findings_[place] = std::move(*found);
            tell();
        }
    }

    // What there is to say of the port; nothing when the task was cancelled.
    pier::Task<std::optional<std::string>> look(std::uint16_t port) {
        Attempts attempts;
        if (options_.datagrams) {
            attempts = co_await probe_each(port);
        } else {
            attempts = co_await connect(port);
        }
        if (!attempts) co_return std::nullopt;
        std::string text;
        for (const pier::FailedAttempt& each : *attempts) {
            if (!text.empty()) text += '\n';
            text += each.to.to_string();
            if (each.error) {
                text += ": " + pier::describe(each.error);
            } else {
                open_ = true;
                text += options_.datagrams ? ": open (udp), or silent" : ": open";
            }
        }
        co_return text;
    }

    // The attempts to connect; the one that answered, if any did, has no error. Nothing when the task was cancelled.
    pier::Task<Attempts> connect(std::uint16_t port) {
        auto race = co_await reach(options_, addresses_, port, sources_);
        if (!race.connected && race.connected.error() == pier::Errc::operation_canceled) co_return std::nullopt;
        co_return std::move(race.attempts);
    }

    // The same of datagrams, to one address after the other until there is one that refuses nothing.
    pier::Task<Attempts> probe_each(std::uint16_t port) {
        std::vector<pier::FailedAttempt> attempts;
        for (const pier::Endpoint& address : addresses_) {
            const pier::Endpoint peer = address.with_port(port);
            const pier::Error failure = co_await probe(peer);
            if (failure == pier::Errc::operation_canceled) co_return std::nullopt;
            attempts.push_back({peer, failure});
            if (!failure) break;
        }
        co_return attempts;
    }

    // A datagram of one byte.
    pier::Task<pier::Error> probe(const pier::Endpoint& peer) {
        auto source = pier::source_for(sources_, peer);
        if (!source) co_return source.error();
        auto socket = pier::Datagram::connect(peer, *source);
        if (!socket) co_return socket.error();
        constexpr std::array<std::byte, 1> question{std::byte{'X'}};
        // Twice: under Wine only a send is told that the one before it reached nobody.
        for (int times = 0; times < 2; ++times) {
            auto sent = co_await socket->send(question);
            if (!sent) co_return sent.error();
        }
        std::array<std::byte, 1> answer;
        auto got = co_await socket->receive(answer, pier::after(options_.patience.value_or(silence)));
        const bool is_silent = !got && got.error() == pier::Errc::timed_out;
        co_return got || is_silent ? pier::Error() : got.error();
    }

    // What is known, up to the first port that is not.
    void tell() {
        for (; told_ < findings_.size() && findings_[told_]; ++told_) {
            if (!options_.verbose) continue;
            const std::string& lines = *findings_[told_];
            for (std::size_t begin = 0; begin < lines.size();) {
                const std::size_t end = std::min(lines.find('\n', begin), lines.size());
                pier::say(program, lines.substr(begin, end - begin));
                begin = end + 1;
            }
            findings_[told_]->clear();
        }
    }

    const Options& options_;
    const std::vector<pier::Endpoint>& addresses_;
    const std::vector<std::uint16_t>& ports_;
    const std::vector<pier::Endpoint>& sources_;
    std::vector<std::optional<std::string>> findings_;
    std::size_t next_ = 0;
    std::size_t told_ = 0;
    bool open_ = false;
};

}  // namespace

pier::Task<int> scan(const Options& options) {
    const auto addresses = co_await find_host(options);
    if (!addresses) co_return 1;
    const auto ports = co_await find_ports(options);
    if (!ports) co_return 1;
    const auto sources = co_await find_sources(options);
    if (!sources) co_return 1;
    Scan all(options, *addresses, *ports, *sources);
    co_return co_await all.run();
}

}  // namespace nc
