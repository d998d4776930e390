// Who binds a path first. Resolved by the linker: exactly one backend defines it.
#pragma once

#include <pier/endpoint.hpp>
#include <pier/process/system_handle.hpp>

namespace pier::sys {

// While it lives, no other program of Pier binds a path in the folder of `endpoint`. It is taken before a bind and kept
// until the listen() behind it: in between, a socket refuses connections as one that a dead server has left, and would
// be replaced as such. BLOCKS for up to a second, in which another one is between the two. There is no lock after that,
// nor where the system has none or the folder can't be read, nor for an address without a path. Then two that take one
// path at the same moment may both be told address_in_use. One thread at a time.
class SocketFolderLock {
public:
    explicit SocketFolderLock(const Endpoint& endpoint);
    SocketFolderLock(const SocketFolderLock&) = delete;
    SocketFolderLock& operator=(const SocketFolderLock&) = delete;
    ~SocketFolderLock();

private:
    SystemHandle folder_;
};

}  // namespace pier::sys
