// What is measured: something that is done some hundred times to warm up, then many times without an allocation.
#pragma once

#include "counter.hpp"

#include <pier/endpoint.hpp>
#include <pier/loop.hpp>
#include <pier/stream.hpp>
#include <pier/task.hpp>

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string_view>

namespace alloc {

// Prints a sentence and ends the process: nothing that fails here is what this program is about.
[[noreturn]] void give_up(std::string_view what, const pier::Error& error);

template <class T, class E>
T expect(std::expected<T, E> result, std::string_view what) {
    if (!result) give_up(what, result.error());
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

// The counter around the part that counts. Without a warm-up the pools would grow inside it.
class Measure {
public:
    static constexpr int warm_up = 500;

    // `allowed` for what comes from the heap by design.
    Measure(std::string_view name, int times, std::uint64_t allowed = 0) noexcept
        : name_(name), times_(times / divisor), allowed_(allowed) {}

    // Under Wine, where a system call takes a hundred times as long.
    static inline int divisor = 1;

    [[nodiscard]] int rounds() const noexcept { return warm_up + times_; }
    // To be called at the begin of each of rounds().
    void round(int number) noexcept {
        if (number == warm_up) before_ = allocations();
    }
    // After the last one; reports, and notes a failure.
    void end();

    // Whether any measure has failed.
    [[nodiscard]] static bool failed() noexcept { return failed_; }

private:
    std::string_view name_;
    int times_;
    std::uint64_t allowed_;
    std::uint64_t before_ = 0;
    static inline bool failed_ = false;
};

// A connected pair: one end here, one served by echo. On one loop; where an engine runs one operation at a time, on two
// threads.
using Client = std::function<pier::Task<void>(pier::Stream&)>;
using Server = std::function<pier::Task<void>(pier::Stream)>;
void connected(const pier::EngineInfo& engine, const Server& server, const Client& client);

[[nodiscard]] std::unique_ptr<pier::Loop> make_loop(const pier::EngineInfo& engine);

// The scenarios.
void streams(const pier::EngineInfo& engine);
void loop_alone(const pier::EngineInfo& engine);
void chunk_memory();
// Before anything else has run: what is made once in a process must be made under shortage.
void shortage(const pier::EngineInfo& engine);

}  // namespace alloc
