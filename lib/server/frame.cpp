#include "frame.hpp"

#include <pier/cli/program.hpp>

#include <string>

namespace pier {

std::vector<Listening> Frame::streams() const {
    std::vector<Listening> all;
    for (const Endpoint& endpoint : options.listen) all.push_back({.endpoint = endpoint});
    for (std::size_t i = 0; i < options.more.size(); ++i) {
        if (!service.more[i].datagrams) all.push_back({.endpoint = options.more[i], .port = i + 1});
    }
    return all;
}

std::vector<Listening> Frame::datagrams() const {
    std::vector<Listening> all;
    if (service.datagrams) {
        for (const Endpoint& endpoint : options.listen) all.push_back({.endpoint = endpoint, .datagrams = true});
    }
    for (std::size_t i = 0; i < options.more.size(); ++i) {
        if (service.more[i].datagrams) all.push_back({.endpoint = options.more[i], .port = i + 1, .datagrams = true});
    }
    return all;
}

ListenerOptions Frame::listening() const { return {.client_speaks_first = options.client_speaks_first}; }

void Frame::announce(const std::vector<Listening>& opened) const {
    if (failed()) return;
    std::string lines;
    for (const Listening& one : opened) {
        lines += std::string("listening ") + (one.datagrams ? "udp " : "tcp ") + one.endpoint.to_string() +
                 " engine=" + std::string(options.engine->name);
        if (one.port > 0) lines += " port=" + std::string(service.more[one.port - 1].name);
        lines += "\n";
    }
    (void)print(service.name, lines);
}

void Frame::say_shortage(std::string_view program) noexcept { say(program, "there is not enough memory to serve"); }

}  // namespace pier
