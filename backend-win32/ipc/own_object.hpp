// Objects of the kernel with names, which are this user's alone.
#pragma once

#include "ipc/own_security.hpp"
#include "process/error.hpp"

#include <pier/process/system_handle.hpp>
#include <pier/result.hpp>

#include <cstdint>
#include <utility>

namespace pier::win32 {

// What the failure of a call means that makes or opens an object with a name.
[[nodiscard]] Error name_error(DWORD code) noexcept;

[[nodiscard]] inline SystemHandle system_handle(HANDLE handle) noexcept {
    return SystemHandle(NativeHandle{reinterpret_cast<std::uintptr_t>(handle)});
}

struct OwnObject {
    SystemHandle handle;
    bool is_new = false;
};

// Of a call such as CreateMutexW, which gets these attributes, and makes the object or opens the one that is there:
// anybody may have made that one, with rights for us. Errors: those of name_error(); permission_denied for an object of
// another user; what the system says. Throws std::bad_alloc.
template <class Create>
[[nodiscard]] Result<OwnObject> make_own(Create create) {
    auto user = CurrentUser::ask();
    if (!user) return fail(user.error());
    OwnSecurity security(std::move(*user));
    SECURITY_ATTRIBUTES* attributes = security.attributes();
    if (attributes == nullptr) return fail(translate(::GetLastError()));
    ::SetLastError(ERROR_SUCCESS);
    const HANDLE made = create(attributes);
    const DWORD code = ::GetLastError();
    if (made == nullptr) return fail(name_error(code));
    OwnObject object{system_handle(made), code != ERROR_ALREADY_EXISTS};
    if (!object.is_new && !security.user().owns(made)) return fail(Errc::permission_denied);
    return object;
}

// Of what a call such as OpenMutexW has answered, which asked for READ_CONTROL, too. Errors: as above.
[[nodiscard]] Result<SystemHandle> own_opened(HANDLE opened);

}  // namespace pier::win32
