// The command line of pier-multicast.
#pragma once

#include <pier/cli/client_options.hpp>
#include <pier/endpoint.hpp>
#include <pier/time.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace multicast {

enum class Mode : std::uint8_t { send, receive };

// How what happens is printed.
enum class Form : std::uint8_t { text, json };

struct Options {
    Mode mode = Mode::receive;
    const pier::EngineInfo* engine = nullptr;
    Form form = Form::text;
    pier::Endpoint group;               // with its port
    std::uint32_t interface_index = 0;  // 0: the system chooses
    std::string interface_name;         // as the system calls it; empty where it chooses
    std::uint64_t count = 0;            // datagrams; 0: any number

    // To receive.
    std::optional<pier::Endpoint> source;  // the only sender
    std::optional<pier::Duration> patience;
    bool quiet = false;  // the statistics alone

    // To send.
    int time_to_live = 1;
    bool loop = true;
    std::optional<std::size_t> size;  // of each datagram; none: they are lines of standard input
    pier::Duration interval{};
};

[[nodiscard]] pier::OrStatus<Options> parse_options(int argc, char** argv);

}  // namespace multicast
