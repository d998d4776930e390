// What the system's headers call its numbers, and what its users can do.
#include <pier/sys/error.hpp>

#include <netdb.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace pier::sys {
namespace {

struct Name {
    std::int32_t number;
    std::string_view name;
};

constexpr Name of_errno[] = {
    {E2BIG, "E2BIG"},
    {EACCES, "EACCES"},
    {EADDRINUSE, "EADDRINUSE"},
    {EADDRNOTAVAIL, "EADDRNOTAVAIL"},
    {EAFNOSUPPORT, "EAFNOSUPPORT"},
    {EAGAIN, "EAGAIN"},
    {EALREADY, "EALREADY"},
    {EBADF, "EBADF"},
    {EBUSY, "EBUSY"},
    {ECANCELED, "ECANCELED"},
    {ECHILD, "ECHILD"},
    {ECONNABORTED, "ECONNABORTED"},
    {ECONNREFUSED, "ECONNREFUSED"},
    {ECONNRESET, "ECONNRESET"},
    {EDESTADDRREQ, "EDESTADDRREQ"},
    {EEXIST, "EEXIST"},
    {EFAULT, "EFAULT"},
    {EHOSTDOWN, "EHOSTDOWN"},
    {EHOSTUNREACH, "EHOSTUNREACH"},
    {EINPROGRESS, "EINPROGRESS"},
    {EINTR, "EINTR"},
    {EINVAL, "EINVAL"},
    {EIO, "EIO"},
    {EISCONN, "EISCONN"},
    {EISDIR, "EISDIR"},
    {ELIBBAD, "ELIBBAD"},
    {ELOOP, "ELOOP"},
    {EMFILE, "EMFILE"},
    {EMSGSIZE, "EMSGSIZE"},
    {ENAMETOOLONG, "ENAMETOOLONG"},
    {ENETDOWN, "ENETDOWN"},
    {ENETRESET, "ENETRESET"},
    {ENETUNREACH, "ENETUNREACH"},
    {ENFILE, "ENFILE"},
    {ENOBUFS, "ENOBUFS"},
    {ENODEV, "ENODEV"},
    {ENOENT, "ENOENT"},
    {ENOEXEC, "ENOEXEC"},
    {ENOMEM, "ENOMEM"},
    {ENOPROTOOPT, "ENOPROTOOPT"},
    {ENOSPC, "ENOSPC"},
    {ENOSYS, "ENOSYS"},
    {ENOTCONN, "ENOTCONN"},
    {ENOTDIR, "ENOTDIR"},
    {ENOTSOCK, "ENOTSOCK"},
    {ENXIO, "ENXIO"},
    {EOPNOTSUPP, "EOPNOTSUPP"},
    {EOVERFLOW, "EOVERFLOW"},
    {EPERM, "EPERM"},
    {EPIPE, "EPIPE"},
    {EPROTO, "EPROTO"},
    {EPROTONOSUPPORT, "EPROTONOSUPPORT"},
    {EPROTOTYPE, "EPROTOTYPE"},
    {EROFS, "EROFS"},
    {ESHUTDOWN, "ESHUTDOWN"},
    {ESRCH, "ESRCH"},
    {ETIME, "ETIME"},
    {ETIMEDOUT, "ETIMEDOUT"},
    {ETXTBSY, "ETXTBSY"},
    {ETOOMANYREFS, "ETOOMANYREFS"},
    {EXDEV, "EXDEV"},
};

// The resolver's, which on some systems are errno's as well.
constexpr Name of_resolver[] = {
    {EAI_ADDRFAMILY, "EAI_ADDRFAMILY"}, {EAI_AGAIN, "EAI_AGAIN"},
    {EAI_BADFLAGS, "EAI_BADFLAGS"},     {EAI_FAIL, "EAI_FAIL"},
    {EAI_FAMILY, "EAI_FAMILY"},         {EAI_MEMORY, "EAI_MEMORY"},
    {EAI_NODATA, "EAI_NODATA"},         {EAI_NONAME, "EAI_NONAME"},
    {EAI_OVERFLOW, "EAI_OVERFLOW"},     {EAI_SERVICE, "EAI_SERVICE"},
    {EAI_SOCKTYPE, "EAI_SOCKTYPE"},     {EAI_SYSTEM, "EAI_SYSTEM"},
};

template <std::size_t size>
std::string_view find(const Name (&names)[size], std::int32_t number) noexcept {
    for (const Name& each : names) {
        if (each.number == number) return each.name;
    }
    return {};
}

}  // namespace

std::string_view name(const Error& error) noexcept {
    const bool resolver = error == Errc::host_not_found || error == Errc::service_not_found ||
                          error == Errc::temporary_resolver_failure || error.native < 0;
    return resolver ? find(of_resolver, error.native) : find(of_errno, error.native);
}

// Else errno is told apart finely enough.
std::string_view remark(const Error& error) noexcept {
    if (error == Errc::permission_denied && error.native == EEXIST)
        return "in /dev/shm the file of that name, or pier.UID.lock, is another user's or no plain file";
    return {};
}

std::string_view advice(const Error& error) noexcept {
    switch (error.condition) {
        case Errc::address_in_use:
            return "another program has that port (\"ss -lntup\" shows which); choose another one, or port 0 for a "
                   "free "
                   "one";
        case Errc::address_not_available:
            return "is it one of this machine's addresses? \"ip address\" lists them";
        case Errc::permission_denied:
            return "a port below 1024 takes privileges, and a firewall or a sandbox may forbid any";
        case Errc::too_many_files_open:
            return "\"ulimit -n\" shows and raises the limit";
        default:
            return {};
    }
}

}  // namespace pier::sys
