// What a run of serve() is about, whatever its model: the service, what the command line says, and the status.
#pragma once

#include "exception_log.hpp"
#include "serve_options.hpp"
#include "worker.hpp"

#include <pier/sys/service_manager.hpp>

#include <atomic>
#include <span>
#include <string_view>
#include <vector>

namespace pier {

// It outlives the model and all its threads.
class Frame {
public:
    Frame(const Service& the_service, ServeOptions the_options)
        : service(the_service), options(std::move(the_options)), exceptions(the_service.name) {}

    // Sockets that the system has handed over: they take the place of those that the options say, the named ones of the
    // service's port of that name. False, and said, where they don't go with the options. Before the model is made.
    [[nodiscard]] bool take_over(std::vector<sys::HandedSocket> sockets);

    // The TCP listeners that were asked for, but for those that are opened with a UDP socket; and the UDP sockets.
    [[nodiscard]] std::vector<Listening> streams() const;
    [[nodiscard]] std::vector<Listening> datagrams() const;
    [[nodiscard]] ListenerOptions listening() const;
    // Of these listeners, those that listen already, each at its index. Once for each.
    [[nodiscard]] std::vector<Accepted> take_sockets(const std::vector<Listening>& of);
    [[nodiscard]] bool has_sockets() const noexcept { return !handed_.empty(); }

    // Prints the sockets' lines, by the names that they have got, and tells a service manager that this is so; nothing
    // after a failure.
    void announce(const std::vector<Listening>& opened) const;

    // Any thread. The sentence has been said.
    void fail() noexcept { status_ = 1; }
    [[nodiscard]] int status() const noexcept { return status_; }
    [[nodiscard]] bool failed() const noexcept { return status_ != 0; }

    // Runs a part of the start. Where there is no memory for it, says so and fails; what a handler throws later is its
    // scope's.
    template <class Part>
    void survive_shortage(Part part) {
        try {
            part();
        } catch (const std::bad_alloc&) {
            say_shortage(service.name);
            fail();
        }
    }
    static void say_shortage(std::string_view program) noexcept;

    const Service& service;
    const ServeOptions options;
    ExceptionLog exceptions;
    Program program{.service = service, .exceptions = exceptions, .limit = nullptr};

private:
    // Those of the service's port: the sockets that were handed over for it, else listeners at these places.
    [[nodiscard]] std::vector<Listening> listeners(std::size_t port, std::span<const Endpoint> places) const;

    struct Handed {
        Accepted socket;
        Listening as;
    };
    std::vector<Handed> handed_;
    std::atomic<int> status_{0};
};

}  // namespace pier
