// What the tests of named objects share.
#pragma once

#include "../contract/support/outcome.hpp"

#include <pier/ipc.hpp>
#include <pier/loop.hpp>
#include <pier/process.hpp>
#include <pier/scope.hpp>
#include <pier/sleep.hpp>
#include <pier/task.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ipc_tests {

using namespace std::chrono_literals;
using contract::outcome;
using pier::after;
using pier::Errc;
using pier::IpcCreation;
using pier::IpcKind;
using pier::IpcName;
using pier::Result;
using pier::Task;

// Longer than anything here takes, also on a busy machine.
inline constexpr pier::Duration patience = 60s;

// With the engine that the command line names.
[[nodiscard]] std::unique_ptr<pier::Loop> make_loop();
// Whether the engine runs one operation at a time.
[[nodiscard]] bool one_at_a_time();

// Runs a coroutine on a loop of its own. The body is a lambda, which has to outlive its coroutine.
template <class Body>
void on_loop(Body body) {
    make_loop()->run(body());
}

// What all names of this run of the program begin with.
[[nodiscard]] const std::string& mark();
// A name that nothing has; what gets it is removed when this goes.
class Name {
public:
    explicit Name(IpcKind kind);
    Name(const Name&) = delete;
    ~Name();

    [[nodiscard]] const IpcName& get() const noexcept { return name_; }
    operator const IpcName&() const noexcept { return name_; }  // NOLINT: it is one
    [[nodiscard]] const std::string& text() const noexcept { return name_.text(); }

private:
    IpcKind kind_;
    IpcName name_;
};

[[nodiscard]] inline IpcName named(std::string_view text) {
    auto name = IpcName::parse(text);
    REQUIRE(outcome(name) == Errc::ok);
    return std::move(*name);
}

// Of a call that must succeed.
template <class T>
[[nodiscard]] T given(Result<T> result) {
    REQUIRE_MESSAGE(result.has_value(), pier::describe(result.error()));
    return std::move(*result);
}

// This program again, to play a part (see second.cpp).
class Second {
public:
    explicit Second(std::vector<std::string> words, std::vector<pier::NativeHandle> inherited = {});
    // Until it has said that it is ready.
    void expect_ready();
    // Lets it go on, or end.
    void release() { process_.input().close(); }
    void expect_success();
    void kill();
    [[nodiscard]] bool runs() const { return !process_.end().has_value(); }

private:
    pier::Process process_;
};

// The part of a second process.
int play(const std::vector<std::string>& words);

[[nodiscard]] inline std::span<const std::byte> bytes(std::string_view text) noexcept {
    return std::as_bytes(std::span(text));
}

}  // namespace ipc_tests
