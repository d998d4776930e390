#include <pier/server/serve.hpp>

#include "frame.hpp"
#include "model/model.hpp"
#include "serve_options.hpp"

#include <pier/cli/program.hpp>
#include <pier/sys/children.hpp>
#include <pier/sys/service_manager.hpp>
#include <pier/sys/socket.hpp>
#include <pier/sys/stop.hpp>

#include <atomic>
#include <memory>
#include <new>
#include <string>

namespace pier {
namespace {

// The way of the user's requests to the model.
struct UserRequests {
    Model& model;
    std::atomic<bool> asked{false};

    // The first one begins the grace, a later one ends it. On any thread, or in a signal handler.
    static void asked_to_stop(void* requests) noexcept {
        auto& self = *static_cast<UserRequests*>(requests);
        const bool again = self.asked.exchange(true);
        if (!again) sys::tell_stopping();
        self.model.request(again ? Worker::Request::end_grace : Worker::Request::stop);
    }
};

int run(Frame& frame) {
    const std::unique_ptr<Model> model = frame.options.model->make(frame);
    UserRequests requests{*model};
    if (auto watched = sys::on_stop_request(UserRequests::asked_to_stop, &requests); !watched) {
        return complain(frame.service.name, "watching for requests to stop", watched.error());
    }
    frame.survive_shortage([&] { model->run(); });
    model->end();  // while the signals are still the server's
    (void)sys::on_stop_request(nullptr, nullptr);
    return frame.status();
}

// In a process that a model of the parent has started.
[[noreturn]] void live(Frame& frame, sys::ParentLink& parent) {
    frame.survive_shortage([&] { frame.options.model->make(frame)->live_as_child(parent); });
    sys::leave(frame.status());
}

}  // namespace

int serve(int argc, char** argv, const Service& service) {
    try {
        ParsedOptions parsed = parse_serve_options(argc, argv, service);
        if (!parsed.options) return parsed.status;
        if (auto started = sys::start_up(); !started)
            return complain(service.name, "starting sockets", started.error());
        auto parent = sys::find_parent();
        if (!parent) {
            say(service.name, "the environment variable " + std::string(sys::parent_variable()) +
                                  " is for processes that a server starts for itself, and no server has started this "
                                  "one; unset it");
            return 2;
        }
        sys::find_service_manager();
        auto handed = sys::take_handed_sockets();
        if (!handed) {
            return complain(service.name, "taking over the sockets of LISTEN_FDS, which have to listen for TCP",
                            handed.error());
        }
        Frame frame(service, std::move(*parsed.options));
        if (!frame.take_over(std::move(*handed))) return 2;
        if (*parent) live(frame, **parent);
        const int status = run(frame);
        frame.exceptions.sum_up();
        return status;
    } catch (const std::bad_alloc&) {
        Frame::say_shortage(service.name);
        return 1;
    }
}

}  // namespace pier
