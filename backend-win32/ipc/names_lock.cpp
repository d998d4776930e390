#include "ipc/names_lock.hpp"

#include "process/error.hpp"

namespace pier::win32 {

Result<NamesLock> NamesLock::take() {
    OwnedHandle mutex(::CreateMutexW(nullptr, FALSE, L"Local\\pier.lock"));
    if (!mutex) return fail(translate(::GetLastError()));
    // An owner that died has left at most an object that is not ready, which says so of itself.
    const DWORD answer = ::WaitForSingleObject(mutex.get(), INFINITE);
    if (answer != WAIT_OBJECT_0 && answer != WAIT_ABANDONED) return fail(translate(::GetLastError()));
    return NamesLock(std::move(mutex));
}

}  // namespace pier::win32
