#include <pier/cli/link_trouble.hpp>

#include <pier/cli/program.hpp>

#include <string>

namespace pier {
namespace {

// The usual advice is about sockets and ports.
std::string_view advice_of_link(const Error& error) {
    switch (error.condition) {
        case Errc::permission_denied:
            return raw_privilege;
        case Errc::not_supported:
            return "on Windows, Npcap has to be installed; elsewhere the interface is of a kind whose frames are not "
                   "known here";
        case Errc::network_down:
            return "is the interface switched on?";
        case Errc::no_such_interface:
            return "is it gone?";
        default:
            return {};
    }
}

}  // namespace

int complain_of_link(std::string_view program, std::string_view what, std::string_view interface, const Error& error) {
    std::string sentence = std::string(what) + " " + std::string(interface) + ": " + describe(error);
    if (const std::string_view help = advice_of_link(error); !help.empty()) sentence.append("; ").append(help);
    say(program, sentence);
    return 1;
}

}  // namespace pier
