#include "ipc/names_lock.hpp"

#include "ipc/own_security.hpp"
#include "process/error.hpp"

namespace pier::win32 {

// Everybody of the session takes it, also a process of the same user with an administrator's rights: so it is made with
// rights for all of them, and asked for no more than those.
Result<NamesLock> NamesLock::take() {
    constexpr DWORD rights = SYNCHRONIZE | MUTEX_MODIFY_STATE;
    auto user = CurrentUser::ask();
    if (!user) return fail(user.error());
    OwnSecurity security(std::move(*user), rights);
    SECURITY_ATTRIBUTES* attributes = security.attributes();
    if (attributes == nullptr) return fail(translate(::GetLastError()));
    OwnedHandle mutex(::CreateMutexExW(attributes, L"Local\\pier.lock", 0, rights));
    if (!mutex) return fail(translate(::GetLastError()));
    // An owner that died has left at most an object that is not ready, which says so of itself.
    const DWORD answer = ::WaitForSingleObject(mutex.get(), INFINITE);
    if (answer != WAIT_OBJECT_0 && answer != WAIT_ABANDONED) return fail(translate(::GetLastError()));
    return NamesLock(std::move(mutex));
}

}  // namespace pier::win32
