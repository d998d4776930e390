// What a process of the runner says, line by line.
#pragma once

#include <pier/result.hpp>
#include <pier/tool/child_process.hpp>

#include <chrono>
#include <string>

namespace compare {

// Longer than any steps take whose operations reach their deadlines. A process that begins has as much.
inline constexpr std::chrono::seconds patience{10};

// Each line has `patience` as a deadline of its own.
class Lines {
public:
    explicit Lines(pier::sys::ChildProcess& process) : process_(process) {}

    // Errors: end_of_stream, timed_out.
    pier::Result<std::string> next();

private:
    pier::sys::ChildProcess& process_;
    std::string text_;
};

}  // namespace compare
