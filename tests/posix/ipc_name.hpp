// Names for objects that a test makes and removes.
#pragma once

#include "outcome.hpp"

#include <pier/ipc/name.hpp>
#include <pier/sys/clock.hpp>

#include <doctest/doctest.h>

#include <string>

namespace posix {

// One that nothing has.
inline pier::IpcName new_name() {
    auto name = pier::IpcName::parse("posix." + std::to_string(pier::sys::now().time_since_epoch().count()));
    REQUIRE(contract::outcome(name) == pier::Errc::ok);
    return *name;
}

}  // namespace posix
