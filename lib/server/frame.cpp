#include "frame.hpp"

#include "model/model.hpp"

#include <pier/cli/program.hpp>
#include <pier/sys/socket.hpp>

#include <string>

namespace pier {

bool Frame::take_over(std::vector<sys::HandedSocket> sockets) {
    if (sockets.empty()) return true;
    const std::string many = std::to_string(sockets.size());
    if (!options.tcp() && options.more.empty()) {
        say(service.name, "the system has handed " + many + " listening sockets over, and a server of UDP has none");
        return false;
    }
    if (options.listen_given) {
        say(service.name, "the system has handed " + many + " listening sockets over, so there is no use for --listen");
        return false;
    }
    if (sockets.size() > 1 && (options.model->one_listener || options.engine->one_at_a_time)) {
        say(service.name, "the system has handed " + many + " listening sockets over, and the " +
                              std::string(options.model->name) + " model, on the " + std::string(options.engine->name) +
                              " engine, waits for one");
        return false;
    }
    for (sys::HandedSocket& each : sockets) {
        auto local = sys::local_endpoint(each.socket.socket());
        if (!local) {
            complain(service.name, "asking a socket that was handed over for its name", local.error());
            return false;
        }
        Listening as{.endpoint = *local, .handed = handed_.size()};
        for (std::size_t i = 0; i < service.more.size(); ++i) {
            if (service.more[i].name == each.name && !service.more[i].datagrams) as.port = i + 1;
        }
        handed_.push_back({std::move(each.socket), as});
    }
    return true;
}

std::vector<Listening> Frame::listeners(std::size_t port, std::span<const Endpoint> places) const {
    std::vector<Listening> all;
    for (const Handed& each : handed_) {
        if (each.as.port == port) all.push_back(each.as);
    }
    if (!all.empty()) return all;
    for (const Endpoint& place : places) all.push_back({.endpoint = place, .port = port});
    return all;
}

std::vector<Listening> Frame::streams() const {
    std::vector<Listening> all;
    if (options.tcp()) all = listeners(0, options.listen);
    if (options.udp()) std::erase_if(all, [](const Listening& one) { return !one.endpoint.is_complete(); });
    for (std::size_t i = 0; i < options.more.size(); ++i) {
        if (service.more[i].datagrams) continue;
        for (Listening& one : listeners(i + 1, std::span(&options.more[i], 1))) all.push_back(std::move(one));
    }
    return all;
}

std::vector<Accepted> Frame::take_sockets(const std::vector<Listening>& of) {
    std::vector<Accepted> sockets(of.size());
    for (std::size_t i = 0; i < of.size(); ++i) {
        if (of[i].handed != Listening::not_handed) sockets[i] = std::move(handed_[of[i].handed].socket);
    }
    return sockets;
}

std::vector<Listening> Frame::datagrams() const {
    std::vector<Listening> all;
    if (options.udp()) {
        for (const Listening& one : listeners(0, options.listen)) {
            all.push_back({.endpoint = one.endpoint,
                           .datagrams = true,
                           .with_listener = options.tcp() && !one.endpoint.is_complete()});
        }
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
    const auto add = [&](const Listening& one) {
        const char* protocol = one.endpoint.is_unix() ? "unix " : one.datagrams ? "udp " : "tcp ";
        lines += std::string("listening ") + protocol + one.endpoint.to_string() +
                 " engine=" + std::string(options.engine->name);
        if (one.port > 0) lines += " port=" + std::string(service.more[one.port - 1].name);
        lines += "\n";
    };
    for (const Listening& one : opened) {
        if (!one.datagrams) add(one);
    }
    for (const Listening& one : opened) {
        if (one.datagrams) add(one);
    }
    (void)print(service.name, lines);
    sys::tell_ready();
}

void Frame::say_shortage(std::string_view program) noexcept { say(program, "there is not enough memory to serve"); }

}  // namespace pier
