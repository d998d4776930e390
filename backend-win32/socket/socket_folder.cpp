#include <pier/sys/socket_folder.hpp>

namespace pier::sys {

// No folder can be locked here. Two listeners that begin at the same moment find out later by their files
// (SocketFile::in_place).
SocketFolderLock::SocketFolderLock(const Endpoint&) {}
SocketFolderLock::~SocketFolderLock() = default;

}  // namespace pier::sys
