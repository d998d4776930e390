// What the tests of processes share.
#pragma once

#include <pier/loop.hpp>
#include <pier/process.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <expected>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace process_tests {

using namespace std::chrono_literals;
using pier::after;
using pier::Errc;
using pier::NativeHandle;
using pier::Process;
using pier::ProcessEnd;
using pier::Redirect;
using pier::Result;
using pier::Task;

// Longer than anything here takes, also on a busy machine.
inline constexpr pier::Duration patience = 60s;

// With the engine that the command line names.
[[nodiscard]] std::unique_ptr<pier::Loop> make_loop();
// The path of the program that is started.
[[nodiscard]] const std::string& helper();
// A folder that is there while the program runs, with a separator behind it.
[[nodiscard]] const std::string& folder();
// What this process holds of the system now: descriptors, or handles.
[[nodiscard]] std::size_t handle_count();
void write_file(const std::string& path, const std::string& text);
[[nodiscard]] std::string read_file(const std::string& path);

template <class T, std::derived_from<pier::Error> E>
[[nodiscard]] Errc outcome(const std::expected<T, E>& result) {
    return result ? Errc::ok : result.error().condition;
}

// The helper with these words, its streams as they are in `options`. Nothing is read from the test's own input.
[[nodiscard]] inline pier::ProcessOptions helping(std::vector<std::string> words) {
    return {.program = helper(), .arguments = std::move(words), .input = Redirect::null()};
}

[[nodiscard]] inline Process start(const pier::ProcessOptions& options) {
    auto process = Process::spawn(options);
    REQUIRE_MESSAGE(process.has_value(), pier::describe(process.error()));
    return std::move(*process);
}

// What the helper says when it is given these options, and a pipe for its output.
struct Said {
    std::string text;
    ProcessEnd end;
};
[[nodiscard]] inline Said said(pier::ProcessOptions options) {
    options.output = Redirect::pipe();
    Process process = start(options);
    auto text = process.output().read_all(64 << 20, after(patience));
    REQUIRE_MESSAGE(text.has_value(), pier::describe(text.error()));
    auto end = process.wait_here(after(patience));
    REQUIRE_MESSAGE(end.has_value(), pier::describe(end.error()));
    return {std::move(*text), *end};
}

// What spawn() fails with.
[[nodiscard]] inline Errc refusal(const pier::ProcessOptions& options) { return outcome(Process::spawn(options)); }

inline void expect_success(const Process& process) {
    auto end = process.wait_here(after(patience));
    REQUIRE(outcome(end) == Errc::ok);
    CHECK_MESSAGE(end->succeeded(), end->describe());
}

}  // namespace process_tests
