// What a service manager that starts this program gives it and wants to know of it: systemd's protocols, without its
// library (sd_listen_fds(3), sd_notify(3)). Systems without such a manager give nothing.
// Resolved by the linker: exactly one backend defines it. Any thread may call it unless it says otherwise, and it
// doesn't block unless it says so. Errors are Pier's conditions with the system's number.
#pragma once

#include <pier/result.hpp>
#include <pier/spi/socket.hpp>

#include <string>
#include <vector>

namespace pier::sys {

struct HandedSocket {
    spi::Accepted socket;  // listens, is non-blocking and not inherited by child processes
    std::string name;      // of LISTEN_FDNAMES; empty where it has none
};

// The listening TCP sockets that were handed to this process (LISTEN_FDS, LISTEN_PID), in the manager's order. Once in
// a process. Errors: invalid_argument for something else than such a socket; nothing is taken over then.
[[nodiscard]] Result<std::vector<HandedSocket>> take_handed_sockets();

// Keeps in mind where the manager wants to hear (NOTIFY_SOCKET). Before the next two, while nobody else calls them.
void find_service_manager() noexcept;
// Tells the manager that the program serves, and that it has begun to stop; nothing where there is none. Also in a
// signal handler. A manager that can't be told is no reason not to serve.
void tell_ready() noexcept;
void tell_stopping() noexcept;

}  // namespace pier::sys
