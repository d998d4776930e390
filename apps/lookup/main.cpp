// Asks the system's resolver of names: names to addresses, addresses to names, services to ports.
#include "options.hpp"
#include "work.hpp"

#include <pier/cli/run.hpp>

int main(int argc, char** argv) {
    using namespace lookup;
    const auto options = parse_options(argc, argv);
    if (!options) return options.error();
    return pier::run_until_stopped(program, *options->engine, [&] { return work(*options); });
}
