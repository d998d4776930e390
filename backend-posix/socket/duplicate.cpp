// fcntl(2), F_DUPFD_CLOEXEC. A poller has a duplicate as a socket of its own: epoll(7), question 1.
#include <pier/sys/socket/duplicate.hpp>
#include <pier/sys/socket_passing.hpp>

namespace pier::sys {

Result<spi::NativeSocket> duplicate_for(std::string_view, spi::NativeSocket socket) { return duplicate(socket); }

}  // namespace pier::sys
