// Calculates with addresses and prefixes: what they are, what they contain, what they are made of. Asks no network.
#include "commands.hpp"
#include "options.hpp"

int main(int argc, char** argv) {
    using namespace netcalc;
    const auto options = parse_options(argc, argv);
    if (!options) return options.error();
    switch (options->command) {
        case Command::show:
            return show(*options);
        case Command::split:
            return split(*options);
        case Command::merge:
            return merge(*options);
        case Command::range:
            return range(*options);
        case Command::contains:
            return contains(*options);
    }
    return 2;
}
