// A stream socket between the two processes: the first one listens, the second one connects.
#pragma once

#include "kind.hpp"

#include <pier/endpoint.hpp>
#include <pier/listener.hpp>
#include <pier/stream.hpp>

#include <string>

namespace ipc {

// In the folder of temporary files, by a path that no other run has. Its file goes with it.
[[nodiscard]] OrFault<pier::Listener> listen_at_path();
// The same where the system has such sockets; else by TCP, on this machine alone.
[[nodiscard]] OrFault<pier::Listener> listen_anyhow();

// The one connection, after which nobody may come any more. Closes the listener.
[[nodiscard]] pier::Task<OrFault<pier::Stream>> accept_one(pier::Listener& listener);
// `address` is what Endpoint::to_string() gave.
[[nodiscard]] pier::Task<OrFault<pier::Stream>> connect_to(std::string address);

}  // namespace ipc
