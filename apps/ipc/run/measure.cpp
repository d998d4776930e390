#include "run/measure.hpp"

#include "run/session.hpp"
#include "run/ways.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <utility>

namespace ipc {
namespace {

// Of each number; odd, so that there is one in the middle.
constexpr unsigned runs = 5;
constexpr std::array<std::size_t, 3> sizes{1, 4 << 10, 1 << 20};

// Both ways to talk, side by side: what else the machine does concerns both.
class Measurement {
public:
    Measurement(const Kind& kind, const Options& options, pier::StopRequests* requests) noexcept
        : options_(options), requests_(requests) {
        report_.kind = &kind;
    }

    pier::Task<KindReport> run() {
        report_.absent = report_.kind->obstacle();
        if (report_.absent.empty()) {
            auto outcome = co_await measure_all();
            if (!outcome) {
                report_.fault = std::move(outcome.error().sentence);
                report_.interrupted = outcome.error().interrupted;
            }
        }
        co_return std::move(report_);
    }

private:
    pier::Task<OrFault<void>> measure_all() {
        const Kind& kind = *report_.kind;
        auto ours = co_await Session::open(kind, Way::pier, requests_);
        if (!ours) co_return std::unexpected(std::move(ours.error()));
        pier_ = std::move(*ours);
        if (options_.raw && has_raw(kind)) {
            auto raw = co_await Session::open(kind, Way::raw, requests_);
            if (!raw) co_return name_raw(std::move(raw.error()));
            raw_ = std::move(*raw);
            report_.raw = true;
        }
        for (const std::size_t size : kind.largest == 0 ? std::span<const std::size_t>(no_bytes) : sizes) {
            if (!kind.streams || size > kind.largest) continue;
            auto moved = co_await measure_throughput(size);
            if (!moved) co_return moved;
        }
        auto asked = co_await measure_latency();
        if (!asked) co_return asked;
        auto ended = co_await pier_->end();
        if (ended && raw_ != nullptr) ended = co_await raw_->end();
        co_return ended;
    }

    static std::unexpected<Fault> name_raw(Fault fault) {
        fault.sentence.insert(0, "bare system calls: ");
        return std::unexpected(std::move(fault));
    }

    [[nodiscard]] unsigned runs_of_each() const noexcept { return options_.count ? 1 : runs; }
    [[nodiscard]] pier::Duration length_of_run() const noexcept { return options_.each / runs; }

    pier::Task<OrFault<void>> measure_throughput(std::size_t size) {
        Throughput& result = report_.throughput.emplace_back();
        result.size = size;
        for (const Direction direction : {Direction::there, Direction::back}) {
            auto count = co_await count_for(direction, size);
            if (!count) co_return std::unexpected(std::move(count.error()));
            const Load load{.size = size, .count = *count};
            const auto place = static_cast<std::size_t>(direction);
            result.pier[place].load = result.raw[place].load = load;
            for (unsigned run = 0; run < runs_of_each(); ++run) {
                auto ours = co_await pier_->transfer(direction, load);
                if (!ours) co_return std::unexpected(std::move(ours.error()));
                result.pier[place].seconds.push_back(in_seconds(*ours));
                if (raw_ == nullptr) continue;
                auto raw = co_await raw_->transfer(direction, load);
                if (!raw) co_return name_raw(std::move(raw.error()));
                result.raw[place].seconds.push_back(in_seconds(*raw));
            }
        }
        co_return {};
    }

    // So many that a run takes its time. Warms up what has to be warm.
    pier::Task<OrFault<std::uint64_t>> count_for(Direction direction, std::size_t size) {
        if (options_.count) co_return *options_.count;
        for (std::uint64_t count = 1;; count *= 4) {
            auto took = co_await pier_->transfer(direction, {.size = size, .count = count});
            if (!took) co_return std::unexpected(std::move(took.error()));
            if (*took * 4 >= length_of_run() || count >= most) co_return scaled(count, *took);
        }
    }

    pier::Task<OrFault<void>> measure_latency() {
        auto rounds = co_await rounds_for();
        if (!rounds) co_return std::unexpected(std::move(rounds.error()));
        Latencies& result = report_.latencies.emplace();
        for (unsigned run = 0; run < runs_of_each(); ++run) {
            auto ours = co_await pier_->ask(*rounds);
            if (!ours) co_return std::unexpected(std::move(ours.error()));
            result.pier.add(*ours);
            if (raw_ == nullptr) continue;
            auto raw = co_await raw_->ask(*rounds);
            if (!raw) co_return name_raw(std::move(raw.error()));
            result.raw.add(*raw);
        }
        co_return {};
    }

    pier::Task<OrFault<std::uint64_t>> rounds_for() {
        if (options_.count) co_return *options_.count;
        for (std::uint64_t rounds = 1;; rounds *= 4) {
            const auto begun = std::chrono::steady_clock::now();
            auto asked = co_await pier_->ask(rounds);
            if (!asked) co_return std::unexpected(std::move(asked.error()));
            const auto took = std::chrono::steady_clock::now() - begun;
            if (took * 4 >= length_of_run() || rounds >= most) co_return scaled(rounds, took);
        }
    }

    [[nodiscard]] std::uint64_t scaled(std::uint64_t count, pier::Duration took) const noexcept {
        const double share = in_seconds(length_of_run()) / std::max(in_seconds(took), 1e-9);
        return static_cast<std::uint64_t>(std::clamp(std::round(static_cast<double>(count) * share), 1.0, 1e12));
    }

    static double in_seconds(pier::Duration duration) noexcept {
        return std::chrono::duration<double>(duration).count();
    }

    static constexpr std::array<std::size_t, 1> no_bytes{0};
    static constexpr std::uint64_t most = std::uint64_t{1} << 32;

    const Options& options_;
    pier::StopRequests* const requests_;
    KindReport report_;
    std::unique_ptr<Session> pier_;
    std::unique_ptr<Session> raw_;
};

}  // namespace

pier::Task<KindReport> measure(const Kind& kind, const Options& options, pier::StopRequests* requests) {
    Measurement measurement(kind, options, requests);
    co_return co_await measurement.run();
}

}  // namespace ipc
