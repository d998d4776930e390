// Why a tap on a network interface can't be had or used, for people.
#pragma once

#include <pier/result.hpp>

#include <string_view>

namespace pier {

// What to do where a raw socket or a tap is not permitted.
inline constexpr std::string_view raw_privilege =
    "on Linux \"setcap cap_net_raw+ep\" gives a program's file the privilege, on Windows administrators have it";

// One sentence on stderr: what was tried on which interface, the error, and what to do where that is known (the
// privilege, Npcap, an interface that is switched off). Returns the exit status 1.
int complain_of_link(std::string_view program, std::string_view what, std::string_view interface, const Error& error);

}  // namespace pier
