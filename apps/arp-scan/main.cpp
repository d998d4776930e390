// Asks the addresses of a local network by ARP who is there.
#include "options.hpp"
#include "program.hpp"
#include "session.hpp"

#include <pier/cli/interface_name.hpp>
#include <pier/cli/program.hpp>
#include <pier/cli/run.hpp>
#include <pier/loop.hpp>

#include <utility>

namespace {

// An interrupt is a usual end: what was found counts.
pier::Task<int> run(const arp_scan::Options& options, pier::Interface interface) {
    arp_scan::Session session(options, std::move(interface));
    if (!session.open()) co_return 1;
    (void)co_await pier::run_or_stop(session.run());
    co_return session.end();
}

}  // namespace

int main(int argc, char** argv) {
    const auto options = arp_scan::parse_options(argc, argv);
    if (!options) return options.error();
    auto interface = pier::choose_interface(arp_scan::program, options->interface);
    if (!interface) return 1;
    auto loop = pier::Loop::create(*options->engine);
    if (!loop) return pier::complain(arp_scan::program, "starting the engine", loop.error());
    return (*loop)->run(run(*options, std::move(*interface)));
}
