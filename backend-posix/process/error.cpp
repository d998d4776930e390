#include "process/error.hpp"

#include <cerrno>

namespace pier::posix {
namespace {

Errc condition_of(int number) noexcept {
    switch (number) {
        case 0:
            return Errc::ok;
        case EAGAIN:
#if EWOULDBLOCK != EAGAIN
        case EWOULDBLOCK:
#endif
        case EINPROGRESS:
            return Errc::operation_would_block;
        case EALREADY:
            return Errc::already_in_progress;
        case ETIMEDOUT:
        case ETIME:
            return Errc::timed_out;
        case ECONNREFUSED:
            return Errc::connection_refused;
        case ECONNRESET:
            return Errc::connection_reset;
        case ECONNABORTED:
            return Errc::connection_aborted;
        case EPROTO:
        case EPROTOTYPE:
            return Errc::protocol_error;
        case EPIPE:
            return Errc::broken_pipe;
        case ECANCELED:
            return Errc::operation_canceled;
        case ENOTCONN:
        case EDESTADDRREQ:
            return Errc::not_connected;
        case EISCONN:
            return Errc::already_connected;
        case ENOTSOCK:
        case EBADF:
            return Errc::not_a_socket;
        case EADDRINUSE:
            return Errc::address_in_use;
        case EADDRNOTAVAIL:
            return Errc::address_not_available;
        case EAFNOSUPPORT:
        case EPROTONOSUPPORT:
            return Errc::address_family_not_supported;
        case ENETUNREACH:
            return Errc::network_unreachable;
        case EHOSTUNREACH:
            return Errc::host_unreachable;
        case ENETDOWN:
            return Errc::network_down;
        case ENETRESET:
            return Errc::network_reset;
        case EMSGSIZE:
            return Errc::message_size;
        case EACCES:
        case EPERM:
        case EROFS:
            return Errc::permission_denied;
        case ENAMETOOLONG:
            return Errc::name_too_long;
        case EINVAL:
        case EFAULT:
            return Errc::invalid_argument;
        case EMFILE:
        case ENFILE:
            return Errc::too_many_files_open;
        case ENOBUFS:
            return Errc::no_buffer_space;
        case ENOMEM:
            return Errc::not_enough_memory;
        case ENODEV:
        case ENXIO:
            return Errc::no_such_interface;
        case ENOSPC:
        case EDQUOT:
            return Errc::disk_full;
        case EFBIG:
            return Errc::file_too_large;
        case EEXIST:
            return Errc::file_exists;
        case EISDIR:
            return Errc::is_a_directory;
        case ETXTBSY:
            return Errc::file_in_use;
        case EIO:
            return Errc::io_error;
        case ESRCH:
            return Errc::no_such_process;
        case ENOENT:
        case ENOTDIR:
            return Errc::file_not_found;
        case E2BIG:
            return Errc::argument_list_too_long;
        case ENOEXEC:
            return Errc::not_executable;
        case ENOPROTOOPT:
            return Errc::no_protocol_option;
        case EOPNOTSUPP:
        case ENOSYS:
            return Errc::not_supported;
        default:
            return Errc::unexpected;
    }
}

}  // namespace

Error translate(int number) noexcept { return {condition_of(number), number}; }

Error last_error() noexcept { return translate(errno); }

bool is_dead_connection(int number) noexcept {
    switch (number) {
        case ECONNABORTED:
        case ECONNRESET:
        case EPROTO:
        case ENOPROTOOPT:
        case ENETDOWN:
        case EHOSTDOWN:
        case ENONET:
        case EHOSTUNREACH:
        case EOPNOTSUPP:
        case ENETUNREACH:
        case EINTR:
            return true;
        default:
            return false;
    }
}

}  // namespace pier::posix
