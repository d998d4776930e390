// Why a tap on a network interface can't be had or used, for people.
#pragma once

#include <pier/result.hpp>

#include <string_view>

namespace pier {

// One sentence on stderr: what was tried on which interface, the error, and what to do where that is known (the
// privilege, Npcap, an interface that is switched off). Returns the exit status 1.
int complain_of_link(std::string_view program, std::string_view what, std::string_view interface, const Error& error);

}  // namespace pier
