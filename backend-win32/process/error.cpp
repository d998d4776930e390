#include "process/error.hpp"

#include <pier/spi/descriptor.hpp>

namespace pier::win32 {
namespace {

// ERROR_HANDLES_CLOSED, which mingw-w64's headers lack: what Wine 8 gives an operation whose socket was closed.
constexpr DWORD handles_closed = 676;
// ERROR_DISK_QUOTA_EXCEEDED, likewise.
constexpr DWORD disk_quota_exceeded = 1295;

bool is_addressed(During during) noexcept {
    return during == During::bind || during == During::connect || during == During::send_to;
}

bool is_stream_transfer(During during) noexcept { return during == During::receive || during == During::send; }

bool is_datagram(During during) noexcept { return during == During::receive_from || during == During::send_to; }

// WSAECONNRESET, ERROR_NETNAME_DELETED. On a datagram socket it is an ICMP "port unreachable".
Errc reset(During during) noexcept {
    if (is_datagram(during)) return Errc::connection_refused;
    return during == During::accept ? Errc::connection_aborted : Errc::connection_reset;
}

// WSAECONNABORTED, ERROR_CONNECTION_ABORTED: which of the two a dead stream gives is a matter of timing.
Errc aborted(During during) noexcept {
    return is_stream_transfer(during) ? Errc::connection_reset : Errc::connection_aborted;
}

// A conflict with an exclusive bind, or a port range that the system keeps: Windows has no other access rule for ports.
// Which of the two it was the system does not tell; remark() says both.
Errc access_denied(During during) noexcept {
    return during == During::bind ? Errc::address_in_use : Errc::permission_denied;
}

Errc socket_condition(DWORD code, During during) noexcept {
    switch (code) {
        case WSAEINTR:
            return Errc::operation_canceled;  // a blocked call woken by the close of its socket
        case WSAEBADF:
        case WSAENOTSOCK:
            return Errc::not_a_socket;
        case WSAEACCES:
            return access_denied(during);
        // Addresses are always well formed here: it is one of the other family. Wine 8 says the second for a send.
        case WSAEFAULT:
            return is_addressed(during) ? Errc::address_family_not_supported : Errc::invalid_argument;
        case WSAEOPNOTSUPP:
            return is_addressed(during) ? Errc::address_family_not_supported : Errc::not_supported;
        // Wine 8 sending on a datagram socket that has no peer.
        case WSAEINVAL:
            return during == During::send || during == During::send_to ? Errc::not_connected : Errc::invalid_argument;
        case WSAEPROTOTYPE:
            return Errc::invalid_argument;
        case WSAEMFILE:
            return Errc::too_many_files_open;
        case WSAEWOULDBLOCK:
            return Errc::operation_would_block;
        case WSAEINPROGRESS:
        case WSAEALREADY:
            return Errc::already_in_progress;
        case WSAEDESTADDRREQ:
            return Errc::not_connected;
        case WSAEMSGSIZE:
            return Errc::message_size;
        case WSAENOPROTOOPT:
            return Errc::no_protocol_option;
        case WSAEPROTONOSUPPORT:
        case WSAESOCKTNOSUPPORT:
        case WSASYSNOTREADY:
        case WSAVERNOTSUPPORTED:
            return Errc::not_supported;
        case WSAEPFNOSUPPORT:
        case WSAEAFNOSUPPORT:
            return Errc::address_family_not_supported;
        case WSAEADDRINUSE:
            return Errc::address_in_use;
        case WSAEADDRNOTAVAIL:
            return Errc::address_not_available;
        case WSAENETDOWN:
            return Errc::network_down;
        case WSAENETUNREACH:
            return Errc::network_unreachable;
        case WSAENETRESET:
            return Errc::network_reset;
        case WSAECONNABORTED:
            return aborted(during);
        case WSAEDISCON:
        case WSAECONNRESET:
            return reset(during);
        case WSAENOBUFS:
            return Errc::no_buffer_space;
        case WSAEISCONN:
            return Errc::already_connected;
        case WSAENOTCONN:
            return during == During::accept ? Errc::connection_aborted : Errc::not_connected;
        case WSAESHUTDOWN:
            return Errc::broken_pipe;
        case WSAETIMEDOUT:
            return Errc::timed_out;
        case WSAECONNREFUSED:
            return Errc::connection_refused;
        case WSAEHOSTDOWN:
        case WSAEHOSTUNREACH:
            return Errc::host_unreachable;
        case WSA_E_CANCELLED:
        case WSAECANCELLED:
            return Errc::operation_canceled;
        case WSATYPE_NOT_FOUND:
            return Errc::service_not_found;
        case WSAHOST_NOT_FOUND:
        case WSANO_DATA:
            return Errc::host_not_found;
        case WSATRY_AGAIN:
            return Errc::temporary_resolver_failure;
        default:
            return Errc::unexpected;
    }
}

Errc system_condition(DWORD code, During during) noexcept {
    switch (code) {
        case ERROR_SUCCESS:
            return Errc::ok;
        case ERROR_TOO_MANY_OPEN_FILES:
            return Errc::too_many_files_open;
        case ERROR_ACCESS_DENIED:
            return access_denied(during);
        case ERROR_INVALID_HANDLE:
            return Errc::not_a_socket;
        case ERROR_NOT_ENOUGH_MEMORY:
        case ERROR_OUTOFMEMORY:
        case ERROR_COMMITMENT_LIMIT:
            return Errc::not_enough_memory;
        case ERROR_NO_SYSTEM_RESOURCES:
        case ERROR_NONPAGED_SYSTEM_RESOURCES:
        case ERROR_PAGED_SYSTEM_RESOURCES:
        case ERROR_WORKING_SET_QUOTA:
        case ERROR_PAGEFILE_QUOTA:
        case ERROR_NOT_ENOUGH_QUOTA:
            return Errc::no_buffer_space;
        case ERROR_FILE_NOT_FOUND:
        case ERROR_PATH_NOT_FOUND:
        case ERROR_INVALID_NAME:
        case ERROR_BAD_PATHNAME:
        case ERROR_INVALID_DRIVE:
            return Errc::file_not_found;
        case ERROR_FILE_EXISTS:
        case ERROR_ALREADY_EXISTS:
            return Errc::file_exists;
        case ERROR_SHARING_VIOLATION:
        case ERROR_LOCK_VIOLATION:
        case ERROR_USER_MAPPED_FILE:
            return Errc::file_in_use;
        case ERROR_DISK_FULL:
        case ERROR_HANDLE_DISK_FULL:
        case disk_quota_exceeded:
            return Errc::disk_full;
        case ERROR_FILE_TOO_LARGE:
            return Errc::file_too_large;
        case ERROR_FILENAME_EXCED_RANGE:
            return Errc::name_too_long;
        case ERROR_WRITE_PROTECT:
            return Errc::permission_denied;
        case ERROR_CRC:
        case ERROR_SECTOR_NOT_FOUND:
        case ERROR_WRITE_FAULT:
        case ERROR_READ_FAULT:
        case ERROR_GEN_FAILURE:
        case ERROR_IO_DEVICE:
        case ERROR_DISK_OPERATION_FAILED:
            return Errc::io_error;
        case ERROR_DIRECTORY:
            return Errc::directory_not_found;
        case ERROR_NOT_SUPPORTED:
        case ERROR_CALL_NOT_IMPLEMENTED:
        case ERROR_PROC_NOT_FOUND:
            return Errc::not_supported;
        case ERROR_INVALID_PARAMETER:
            return Errc::invalid_argument;
        case ERROR_MORE_DATA:
            return Errc::message_size;
        case ERROR_NETNAME_DELETED:
        case ERROR_GRACEFUL_DISCONNECT:
        case ERROR_BROKEN_PIPE:
            return reset(during);
        case ERROR_SEM_TIMEOUT:  // ConnectEx, and a stream whose retransmissions were given up
        case WAIT_TIMEOUT:
            return Errc::timed_out;
        case ERROR_OPERATION_ABORTED:
        case ERROR_CANCELLED:
        case ERROR_REQUEST_ABORTED:
        case handles_closed:
            return Errc::operation_canceled;
        case ERROR_IO_PENDING:
            return Errc::operation_would_block;
        case ERROR_CONNECTION_REFUSED:
            return Errc::connection_refused;
        case ERROR_ADDRESS_ALREADY_ASSOCIATED:
            return Errc::address_in_use;
        case ERROR_ADDRESS_NOT_ASSOCIATED:
            return Errc::address_not_available;
        case ERROR_NOT_CONNECTED:
        case ERROR_CONNECTION_INVALID:
            return during == During::accept ? Errc::connection_aborted : Errc::not_connected;
        case ERROR_CONNECTION_ACTIVE:
            return Errc::already_connected;
        case ERROR_NETWORK_UNREACHABLE:
            return Errc::network_unreachable;
        case ERROR_HOST_UNREACHABLE:
        case ERROR_PROTOCOL_UNREACHABLE:
            return Errc::host_unreachable;
        case ERROR_PORT_UNREACHABLE:
            return Errc::connection_refused;
        case ERROR_CONNECTION_ABORTED:
            return aborted(during);
        default:
            return Errc::unexpected;
    }
}

During during(const spi::Operation& op) noexcept {
    bool datagram = op.descriptor != nullptr && op.descriptor->kind == spi::SocketKind::datagram;
    switch (op.verb) {
        case spi::Verb::accept:
            return During::accept;
        case spi::Verb::connect:
            return During::connect;
        case spi::Verb::receive:
            return datagram ? During::receive_from : During::receive;
        case spi::Verb::send:
        case spi::Verb::send_file:
            return datagram ? During::send_to : During::send;
        case spi::Verb::receive_from:
            return During::receive_from;
        case spi::Verb::send_to:
            return During::send_to;
        case spi::Verb::wait:
            return During::receive;
        case spi::Verb::none:
            break;
    }
    return During::other;
}

}  // namespace

Error translate(DWORD code, During during) noexcept {
    Errc condition = code >= WSABASEERR ? socket_condition(code, during) : system_condition(code, during);
    return {condition, static_cast<std::int32_t>(code)};
}

Error translate(DWORD code, const spi::Operation& op) noexcept {
    During what = during(op);
    Error error = translate(code, what);
    // Who goes on sending to a peer that had ended in order is answered by a reset, too; POSIX calls that a broken
    // pipe, and the receiving direction stays at its end.
    if (what == During::send && error.condition == Errc::connection_reset &&
        op.descriptor->lane(spi::Direction::read).ended) {
        error.condition = Errc::broken_pipe;
    }
    return error;
}

bool is_dead_connection(DWORD code) noexcept {
    switch (code) {
        case WSAECONNRESET:
        case WSAECONNABORTED:
        case WSAENOTCONN:
        case WSAENETDOWN:
        case WSAENETUNREACH:
        case WSAENETRESET:
        case WSAEHOSTDOWN:
        case WSAEHOSTUNREACH:
        case WSAETIMEDOUT:
        case WSAEDISCON:
        case ERROR_NETNAME_DELETED:
        case ERROR_SEM_TIMEOUT:
        case ERROR_GRACEFUL_DISCONNECT:
        case ERROR_CONNECTION_INVALID:
        case ERROR_NOT_CONNECTED:
        case ERROR_CONNECTION_ABORTED:
            return true;
        default:
            return false;
    }
}

bool is_cancellation(DWORD code) noexcept {
    switch (code) {
        case ERROR_OPERATION_ABORTED:
        case ERROR_REQUEST_ABORTED:
        case ERROR_CANCELLED:
        case ERROR_NETNAME_DELETED:
        case handles_closed:
        case WSAEINTR:
        case WSAEINVAL:
        case WSAENOTSOCK:
        case WSAECANCELLED:
        case WSA_E_CANCELLED:
            return true;
        default:
            return false;
    }
}

}  // namespace pier::win32
