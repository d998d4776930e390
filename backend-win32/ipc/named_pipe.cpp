// Inbound named pipes of one instance each: the system itself keeps second readers and writers out, and removes the
// name with its reader.
#include "ipc/own_security.hpp"
#include "process/error.hpp"
#include "process/text.hpp"
#include "socket/winsock.hpp"

#include <pier/sys/ipc/name.hpp>
#include <pier/sys/ipc/named_pipe.hpp>
#include <pier/sys/pipe.hpp>

#include <string>

namespace pier::sys {
namespace {

SystemHandle owned(HANDLE handle) noexcept {
    return SystemHandle(NativeHandle{reinterpret_cast<std::uintptr_t>(handle)});
}

Result<std::wstring> wide_name(const IpcName& name) {
    auto text = system_name(IpcKind::pipe, name);
    if (!text) return fail(text.error());
    return win32::to_wide(*text);
}

}  // namespace

// The first instance, so that nobody else's pipe of that name is joined; and for this user alone, on this machine.
Result<NamedReader> open_named_reader(const IpcName& name) {
    auto path = wide_name(name);
    if (!path) return fail(path.error());
    auto user = win32::CurrentUser::ask();
    if (!user) return fail(user.error());
    win32::OwnSecurity security(std::move(*user));
    SECURITY_ATTRIBUTES* attributes = security.attributes();
    if (attributes == nullptr) return fail(win32::translate(::GetLastError()));
    SystemHandle pipe = owned(
        ::CreateNamedPipeW(path->c_str(), PIPE_ACCESS_INBOUND | FILE_FLAG_OVERLAPPED | FILE_FLAG_FIRST_PIPE_INSTANCE,
                           PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS, 1,
                           stream_capacity, stream_capacity, 0, attributes));
    if (pipe.valid()) return NamedReader{std::move(pipe), nullptr};
    const DWORD code = ::GetLastError();
    // For an instance that is not the first (the documentation of CreateNamedPipe), and for one too many.
    const bool taken = code == ERROR_ACCESS_DENIED || code == ERROR_PIPE_BUSY;
    return taken ? fail(Errc::name_taken, static_cast<std::int32_t>(code)) : fail(win32::translate(code));
}

Result<SystemHandle> open_named_writer(const IpcName& name) {
    auto path = wide_name(name);
    if (!path) return fail(path.error());
    auto user = win32::CurrentUser::ask();
    if (!user) return fail(user.error());
    // Whoever reads may learn who writes, and no more.
    constexpr DWORD flags = FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION;
    SystemHandle pipe = owned(::CreateFileW(path->c_str(), GENERIC_WRITE, 0, nullptr, OPEN_EXISTING, flags, nullptr));
    if (pipe.valid()) {
        // Anybody may have made the name, with rights for us.
        if (!user->owns(reinterpret_cast<HANDLE>(pipe.get()))) return fail(Errc::permission_denied);
        return pipe;
    }
    const DWORD code = ::GetLastError();
    const bool later = code == ERROR_FILE_NOT_FOUND || code == ERROR_PIPE_BUSY;
    return later ? fail(Errc::operation_would_block, static_cast<std::int32_t>(code)) : fail(win32::translate(code));
}

Result<void> remove_named_pipe(const IpcName& name) {
    auto path = wide_name(name);
    if (!path) return fail(path.error());
    // Waits a millisecond where it is there and has its writer; opens nothing.
    if (!::WaitNamedPipeW(path->c_str(), 1) && ::GetLastError() == ERROR_FILE_NOT_FOUND) {
        return fail(Errc::name_not_found, ERROR_FILE_NOT_FOUND);
    }
    return fail(Errc::name_taken);
}

}  // namespace pier::sys
