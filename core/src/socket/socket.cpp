#include <pier/spi/socket.hpp>

#include <pier/sys/socket.hpp>

namespace pier::spi {

Accepted::~Accepted() {
    if (handle_ != nullptr) drop_(handle_);
    sys::close(socket_);
}

}  // namespace pier::spi
