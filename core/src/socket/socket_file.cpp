#include <pier/spi/socket_file.hpp>

#include <pier/sys/unix_socket.hpp>

namespace pier::spi {

SocketFile::~SocketFile() {
    if (process_ != 0 && process_ == sys::process_id()) sys::remove_socket_file(endpoint_, id_);
}

Result<void> SocketFile::bound() {
    auto found = sys::socket_file(endpoint_);
    if (!found) return fail(found.error() == Errc::file_not_found ? Errc::address_in_use : found.error().condition);
    id_ = *found;
    process_ = sys::process_id();
    return {};
}

bool SocketFile::in_place() const {
    auto found = sys::socket_file(endpoint_);
    return found && *found == id_;
}

}  // namespace pier::spi
