// Shows and writes the packets that pass a network interface.
#include "options.hpp"
#include "program.hpp"
#include "session.hpp"

#include <pier/cli/interface_name.hpp>
#include <pier/cli/printable.hpp>
#include <pier/cli/program.hpp>
#include <pier/loop.hpp>
#include <pier/scope.hpp>
#include <pier/stop.hpp>

#include <utility>

namespace {

pier::Task<void> watch_for_a_stop(pier::StopRequests& requests, sniff::Session& session) {
    const auto came = co_await requests.wait();
    if (came) session.stop();
}

// An interrupt is a usual end: what was taken is written.
pier::Task<int> run(const sniff::Options& options, sniff::Filter filter, pier::Interface interface) {
    sniff::Session session(options, std::move(filter));
    auto requests = pier::StopRequests::open();
    pier::TaskScope scope;
    if (requests) scope.spawn(watch_for_a_stop(**requests, session));
    int status = 0;
    if (options.read_from) {
        status = co_await session.read_file();
    } else {
        status = co_await session.capture(std::move(interface));
    }
    scope.cancel();
    (void)co_await scope.join();
    co_return status;
}

int list_interfaces() {
    const auto all = pier::interfaces();
    if (!all) return pier::complain(sniff::program, "asking for the interfaces", all.error());
    std::string text;
    for (const pier::Interface& each : *all) {
        text += std::to_string(each.index) + "." + pier::printable(each.name) + (each.up ? " [up" : " [down");
        text += each.running ? ", running" : "";
        text += each.loopback ? ", loopback]\n" : "]\n";
    }
    return pier::print(sniff::program, text) ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    const auto options = sniff::parse_options(argc, argv);
    if (!options) return options.error();
    if (options->list_interfaces) return list_interfaces();
    sniff::Filter filter(options->filter, options->snap_length);
    const auto found = filter.program(pier::packet::LinkType::ethernet);
    if (!found) {
        pier::say(sniff::program, found.error());
        return 2;
    }
    if (options->show_filter) return pier::print(sniff::program, pier::packet::format_filter(*found)) ? 0 : 1;
    pier::Interface interface;
    if (!options->read_from) {
        auto chosen = pier::choose_interface(sniff::program, options->interface);
        if (!chosen) return 1;
        interface = std::move(*chosen);
    }
    auto loop = pier::Loop::create(*options->engine);
    if (!loop) return pier::complain(sniff::program, "starting the engine", loop.error());
    return (*loop)->run(run(*options, std::move(filter), std::move(interface)));
}
