#include "ipc/own_object.hpp"

namespace pier::win32 {

Error name_error(DWORD code) noexcept {
    switch (code) {
        case ERROR_FILE_NOT_FOUND:
            return {Errc::name_not_found, static_cast<std::int32_t>(code)};
        case ERROR_ALREADY_EXISTS:
        case ERROR_INVALID_HANDLE:  // an object of another kind, which somebody else must have made
            return {Errc::name_taken, static_cast<std::int32_t>(code)};
        // Of a mapping that is larger than what there is.
        case ERROR_COMMITMENT_LIMIT:
        case ERROR_DISK_FULL:
        case ERROR_FILE_TOO_LARGE:
        case ERROR_INVALID_PARAMETER:
        case ERROR_NO_SYSTEM_RESOURCES:
            return {Errc::not_enough_memory, static_cast<std::int32_t>(code)};
        default:
            return translate(code);
    }
}

Result<SystemHandle> own_opened(HANDLE opened) {
    const DWORD code = ::GetLastError();
    if (opened == nullptr) return fail(name_error(code));
    SystemHandle handle = system_handle(opened);
    auto user = CurrentUser::ask();
    if (!user) return fail(user.error());
    if (!user->owns(opened)) return fail(Errc::permission_denied);
    return handle;
}

}  // namespace pier::win32
