// Sends to a multicast group, and receives what is sent to one.
#include "options.hpp"
#include "program.hpp"
#include "receive.hpp"
#include "send.hpp"

#include <pier/cli/run.hpp>

int main(int argc, char** argv) {
    using namespace multicast;
    const auto options = parse_options(argc, argv);
    if (!options) return options.error();
    return pier::run_until_stopped(program, *options->engine,
                                   [&] { return options->mode == Mode::send ? send(*options) : receive(*options); });
}
