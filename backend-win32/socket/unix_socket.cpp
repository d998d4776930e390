// The files of Unix-domain sockets, and who is at the other end.
#include "socket/unix_socket.hpp"

#include "engine/owned_handle.hpp"
#include "process/error.hpp"
#include "process/text.hpp"
#include "socket/address.hpp"
#include "socket/sockets.hpp"

#include <pier/sys/unix_socket.hpp>

#include <string>

namespace pier::win32 {
namespace {

// afunix.h, Windows 10 1803.
constexpr DWORD peer_process_code = _WSAIOR(IOC_VENDOR, 256);
// winnt.h of the same SDK: what a bind makes is a reparse point of this tag.
constexpr DWORD socket_tag = 0x80000023;

std::wstring path_of(const Endpoint& endpoint) { return to_wide(endpoint.unix_name()); }

// The file itself, for its attributes.
OwnedHandle open_file(const std::wstring& path) noexcept {
    HANDLE file =
        ::CreateFileW(path.c_str(), FILE_READ_ATTRIBUTES, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                      nullptr, OPEN_EXISTING, FILE_FLAG_OPEN_REPARSE_POINT | FILE_FLAG_BACKUP_SEMANTICS, nullptr);
    return OwnedHandle(file == INVALID_HANDLE_VALUE ? nullptr : file);
}

bool is_socket(const std::wstring& path) noexcept {
    OwnedHandle file = open_file(path);
    FILE_ATTRIBUTE_TAG_INFO info{};
    return file && ::GetFileInformationByHandleEx(file.get(), FileAttributeTagInfo, &info, sizeof info) &&
           (info.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0 && info.ReparseTag == socket_tag;
}

// What became of a connect() that a socket which doesn't block has begun; WSAEWOULDBLOCK after a second of nothing.
int end_of_connect(SOCKET socket) noexcept {
    fd_set writes;
    fd_set failures;
    FD_ZERO(&writes);
    FD_ZERO(&failures);
    FD_SET(socket, &writes);
    FD_SET(socket, &failures);  // select() reports a connect that has failed here
    timeval most{1, 0};
    const int ready = ::select(0, nullptr, &writes, &failures, &most);
    if (ready == 0) return WSAEWOULDBLOCK;
    int code = 0;
    int size = sizeof code;
    const bool asked =
        ready > 0 && ::getsockopt(socket, SOL_SOCKET, SO_ERROR, reinterpret_cast<char*>(&code), &size) == 0;
    return asked ? code : ::WSAGetLastError();
}

// Whether nobody listens there. connect() may say so at once; its documentation says that a socket which doesn't block
// is told later. Who doesn't answer in time may live.
bool refuses(const Address& at) noexcept {
    auto probe = open_socket(Family::unix_domain, spi::SocketKind::stream);
    if (!probe) return false;
    int code = WSAEWOULDBLOCK;
    if (set_non_blocking(*probe)) {
        code = ::connect(*probe, &at.raw.any, at.length) == 0 ? 0 : ::WSAGetLastError();
        if (code == WSAEWOULDBLOCK) code = end_of_connect(*probe);
    }
    ::closesocket(*probe);
    return code == WSAECONNREFUSED;
}

}  // namespace

// "A socket file has to be deleted before its path can be bound again" ("AF_UNIX comes to Windows"). Who is between its
// bind and its listen() looks like a dead one; it finds later that its file is gone (SocketFile::in_place).
Result<void> bind_unix(SOCKET socket, const Endpoint& endpoint) {
    if (!endpoint.is_complete()) return fail(Errc::invalid_argument);
    if (!endpoint.has_path()) return fail(Errc::address_family_not_supported);
    const Address address = to_native(endpoint);
    if (::bind(socket, &address.raw.any, address.length) == 0) return {};
    const Error error = last_socket_error();
    const std::wstring path = path_of(endpoint);
    if (error != Errc::address_in_use || !is_socket(path) || !refuses(address)) return fail(error);
    if (!::DeleteFileW(path.c_str())) return fail(error);
    if (::bind(socket, &address.raw.any, address.length) != 0) return fail(last_socket_error());
    return {};
}

}  // namespace pier::win32

namespace pier::sys {

using namespace win32;

Result<spi::FileId> socket_file(const Endpoint& endpoint) {
    OwnedHandle file = open_file(path_of(endpoint));
    BY_HANDLE_FILE_INFORMATION info{};
    if (!file || !::GetFileInformationByHandle(file.get(), &info)) return fail(translate(::GetLastError()));
    return spi::FileId{.device = info.dwVolumeSerialNumber,
                       .number = std::uint64_t{info.nFileIndexHigh} << 32 | info.nFileIndexLow};
}

void remove_socket_file(const Endpoint& endpoint, const spi::FileId& file) noexcept {
    try {
        auto found = socket_file(endpoint);
        if (found && *found == file) (void)::DeleteFileW(path_of(endpoint).c_str());
    } catch (const std::bad_alloc&) {
        // It stays, as after a crash.
    }
}

Result<PeerCredentials> peer_credentials(spi::NativeSocket socket) {
    auto protocol = protocol_of(native(socket));
    if (!protocol) return fail(protocol.error());
    if (protocol->iAddressFamily != AF_UNIX) return fail(Errc::not_supported);
    ULONG process = 0;
    DWORD size = 0;
    if (::WSAIoctl(native(socket), peer_process_code, nullptr, 0, &process, sizeof process, &size, nullptr, nullptr) !=
        0) {
        return fail(last_socket_error());
    }
    return PeerCredentials{.process = process};
}

std::uint64_t process_id() noexcept { return ::GetCurrentProcessId(); }

}  // namespace pier::sys
