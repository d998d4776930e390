#include "uv_error.hpp"

#include <uv.h>

namespace pier::uv {
namespace {

Errc condition_of(int code) noexcept {
    switch (code) {
        case UV_EACCES:
        case UV_EPERM:
            return Errc::permission_denied;
        case UV_EADDRINUSE:
            return Errc::address_in_use;
        case UV_EADDRNOTAVAIL:
            return Errc::address_not_available;
        case UV_EAFNOSUPPORT:
            return Errc::address_family_not_supported;
        case UV_EAGAIN:
            return Errc::operation_would_block;
        case UV_EALREADY:
            return Errc::already_in_progress;
        case UV_EBADF:
        case UV_ENOTSOCK:
            return Errc::not_a_socket;
        case UV_ECANCELED:
            return Errc::operation_canceled;
        case UV_ECONNABORTED:
            return Errc::connection_aborted;
        case UV_ECONNREFUSED:
            return Errc::connection_refused;
        case UV_ECONNRESET:
            return Errc::connection_reset;
        case UV_EDESTADDRREQ:
        case UV_ENOTCONN:
            return Errc::not_connected;
        case UV_EFAULT:
        case UV_EINVAL:
            return Errc::invalid_argument;
        case UV_EHOSTDOWN:
        case UV_EHOSTUNREACH:
            return Errc::host_unreachable;
        case UV_EISCONN:
            return Errc::already_connected;
        case UV_EMFILE:
        case UV_ENFILE:
            return Errc::too_many_files_open;
        case UV_EMSGSIZE:
            return Errc::message_size;
        case UV_ENETDOWN:
            return Errc::network_down;
        case UV_ENETUNREACH:
            return Errc::network_unreachable;
        case UV_ENOBUFS:
            return Errc::no_buffer_space;
        case UV_ENOMEM:
            return Errc::not_enough_memory;
        case UV_ENODEV:
        case UV_ENXIO:
            return Errc::no_such_interface;
        case UV_ENOPROTOOPT:
            return Errc::no_protocol_option;
        case UV_ENOSYS:
        case UV_ENOTSUP:
        case UV_EPROTONOSUPPORT:
            return Errc::not_supported;
        case UV_EOF:
            return Errc::end_of_stream;
        case UV_EPIPE:
            return Errc::broken_pipe;
        case UV_EPROTO:
            return Errc::protocol_error;
        case UV_ETIMEDOUT:
            return Errc::timed_out;
        default:
            return Errc::unexpected;
    }
}

// Libuv's codes are errno's, negated, on POSIX; on Windows they are made up.
std::int32_t native_of(int code) noexcept {
#ifdef _WIN32
    return code;
#else
    return code == UV_EOF ? 0 : -code;
#endif
}

}  // namespace

Error error_of(int code) noexcept { return Error{condition_of(code), native_of(code)}; }

}  // namespace pier::uv
