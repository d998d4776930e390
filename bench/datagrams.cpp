// What many datagrams by one call bring: bursts of 64 from one socket of a loop to another one over loopback, sent and
// received one by one, by send_many() and receive_many(), as segments, and merged. One thread does both ends, so that
// nothing is lost and nobody waits: what is measured is the work for a datagram.
//
//   datagrams ENGINE BYTES [MODE,... [ROUNDS [BURSTS]]]
//
// Rounds of the modes are interleaved. A line "ENGINE BYTES MODE N datagrams/s" for each is its median; one mode alone
// suits strace -c.
#include <pier/datagram.hpp>
#include <pier/loop.hpp>
#include <pier/socket/datagram_batch.hpp>
#include <pier/sys/socket.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "common/arguments.hpp"
#include "common/clock.hpp"

namespace {

constexpr std::size_t burst = 64;
constexpr const char* usage = "datagrams ENGINE BYTES [one,many,segments,merged [ROUNDS [BURSTS]]]";

[[noreturn]] void wrong(const char* what, const pier::Error& error) {
    std::fprintf(stderr, "datagrams: %s: %s\n", what, pier::describe(error).c_str());
    std::exit(1);
}

template <class Value>
Value expect(pier::Result<Value> result, const char* what) {
    if (!result) wrong(what, result.error());
    return std::move(*result);
}

pier::Datagram open() {
    return expect(pier::Datagram::open(pier::Endpoint::loopback(pier::Family::ipv4)), "opening a socket");
}

class Ends {
public:
    explicit Ends(std::size_t bytes)
        : data_(bytes * burst),
          bytes_(bytes),
          sender_(open()),
          receiver_(open()),
          merging_(expect(pier::MergingDatagram::over(open()), "merging")),
          batch_(burst, std::max<std::size_t>(bytes, 2048)) {
        for (std::size_t i = 0; i < burst; ++i) list_.push_back({part(i), receiver_.local()});
    }

    pier::Task<void> one() {
        for (std::size_t i = 0; i < burst; ++i) {
            auto sent = co_await sender_.send_to(part(i), receiver_.local());
            if (!sent) wrong("sending", sent.error());
        }
        for (std::size_t i = 0; i < burst; ++i) {
            auto received = co_await receiver_.receive(into_);
            if (!received) wrong("receiving", received.error());
        }
    }
    pier::Task<void> many() {
        auto sent = co_await pier::send_many(sender_, list_);
        if (!sent) wrong("sending", sent.error());
        co_await take(receiver_);
    }
    pier::Task<void> segments() {
        auto sent = co_await pier::send_segments_to(sender_, data_, bytes_, receiver_.local());
        if (!sent) wrong("sending", sent.error());
        co_await take(receiver_);
    }
    pier::Task<void> merged() {
        auto sent = co_await pier::send_segments_to(sender_, data_, bytes_, merging_.local());
        if (!sent) wrong("sending", sent.error());
        co_await take(merging_);
    }

private:
    std::span<const std::byte> part(std::size_t index) const {
        return std::span(data_).subspan(index * bytes_, bytes_);
    }

    template <class Socket>
    pier::Task<void> take(const Socket& socket) {
        for (std::size_t count = 0; count < burst;) {
            auto received = co_await receive_many(socket, batch_);
            if (!received) wrong("receiving", received.error());
            count += *received;
        }
    }

    std::vector<std::byte> data_;
    std::size_t bytes_;
    pier::Datagram sender_;
    pier::Datagram receiver_;
    pier::MergingDatagram merging_;
    pier::DatagramBatch batch_;
    std::vector<pier::OutgoingDatagram> list_;
    std::array<std::byte, 65'535> into_{};
};

struct Mode {
    std::string_view name;
    pier::Task<void> (Ends::*run)();
};
constexpr std::array<Mode, 4> modes = {
    Mode{"one", &Ends::one}, {"many", &Ends::many}, {"segments", &Ends::segments}, {"merged", &Ends::merged}};

struct Plan {
    std::size_t bytes = 0;
    std::vector<Mode> chosen;
    int rounds = 9;
    int bursts = 2000;
};

// The rates of each mode, a round after the other.
pier::Task<std::vector<std::vector<double>>> measure(const Plan& plan) {
    Ends ends(plan.bytes);
    std::vector<std::vector<double>> rates(plan.chosen.size());
    for (int round = 0; round < plan.rounds; ++round) {
        for (std::size_t mode = 0; mode < plan.chosen.size(); ++mode) {
            const std::uint64_t begin = bench::now_ns();
            for (int i = 0; i < plan.bursts; ++i) co_await (ends.*plan.chosen[mode].run)();
            const double seconds = bench::to_seconds(bench::now_ns() - begin);
            rates[mode].push_back(static_cast<double>(plan.bursts) * burst / seconds);
        }
    }
    co_return rates;
}

std::vector<Mode> chosen_modes(std::string_view names) {
    std::vector<Mode> chosen;
    while (!names.empty()) {
        const std::string_view name = names.substr(0, names.find(','));
        const auto found = std::ranges::find(modes, name, &Mode::name);
        if (found == modes.end()) bench::bad_usage(usage);
        chosen.push_back(*found);
        names.remove_prefix(std::min(name.size() + 1, names.size()));
    }
    return chosen;
}

int number(int argc, char** argv, int index, int otherwise) {
    if (argc <= index) return otherwise;
    const auto value = bench::parse<int>(argv[index]);
    if (!value || *value < 1) bench::bad_usage(usage);
    return *value;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3 || argc > 6) bench::bad_usage(usage);
    Plan plan;
    plan.bytes = static_cast<std::size_t>(number(argc, argv, 2, 0));
    if (plan.bytes > 1400) bench::bad_usage("datagrams ENGINE BYTES: 1 to 1400, so that a burst fits a receive buffer");
    plan.chosen = chosen_modes(argc > 3 ? argv[3] : "one,many,segments,merged");
    plan.rounds = number(argc, argv, 4, plan.rounds);
    plan.bursts = number(argc, argv, 5, plan.bursts);
    if (auto ready = pier::sys::start_up(); !ready) wrong("no sockets", ready.error());
    const auto loop = expect(pier::Loop::create(argv[1]), "making a loop");
    auto rates = loop->run(measure(plan));
    for (std::size_t mode = 0; mode < rates.size(); ++mode) {
        std::ranges::sort(rates[mode]);
        const std::string name(plan.chosen[mode].name);
        std::printf("%s %zu %s %.0f datagrams/s\n", argv[1], plan.bytes, name.c_str(),
                    rates[mode][rates[mode].size() / 2]);
    }
}
