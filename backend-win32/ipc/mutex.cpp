#include "ipc/memory.hpp"
#include "ipc/own_object.hpp"
#include "ipc/wait.hpp"
#include "process/text.hpp"

#include <pier/sys/ipc/mutex.hpp>
#include <pier/sys/ipc/name.hpp>

#include <string>
#include <utility>

namespace pier::sys {
namespace {

// What the memory holds beside the mutex. Zeroes when it is made, which is right.
struct Shared {
    std::atomic<Guarded> guarded;
    std::atomic<std::uint32_t> owner;  // the thread; 0: none. Written by the owner alone
};

Shared& shared(const Mapping& memory) noexcept { return *reinterpret_cast<Shared*>(memory.data); }

struct Names {
    std::wstring mutex;
    std::wstring memory;
};

Result<Names> names_of(const IpcName& name) {
    auto text = system_name(IpcKind::mutex, name);
    if (!text) return fail(text.error());
    return Names{win32::to_wide(*text), std::wstring(L"Local\\pier.guarded.").append(win32::to_wide(name.text()))};
}

Result<SystemHandle> open_mutex(const std::wstring& name) {
    return win32::own_opened(::OpenMutexW(SYNCHRONIZE | MUTEX_MODIFY_STATE | READ_CONTROL, FALSE, name.c_str()));
}

}  // namespace

Result<Mutex> Mutex::create(const IpcName& name, IpcCreation creation) {
    auto names = names_of(name);
    if (!names) return fail(names.error());
    auto lock = win32::NamesLock::take();
    if (!lock) return fail(lock.error());
    auto mutex = win32::make_own(
        [&](SECURITY_ATTRIBUTES* attributes) { return ::CreateMutexW(attributes, FALSE, names->mutex.c_str()); });
    if (!mutex) return fail(mutex.error());
    if (!mutex->is_new && creation == IpcCreation::exclusive) return fail(Errc::name_taken, ERROR_ALREADY_EXISTS);
    auto memory = win32::make_mapping(*lock, names->memory, sizeof(Shared));
    if (!memory) return fail(memory.error());
    return Mutex(std::move(memory->mapping), std::move(mutex->handle));
}

Result<Mutex> Mutex::open(const IpcName& name) {
    auto names = names_of(name);
    if (!names) return fail(names.error());
    auto lock = win32::NamesLock::take();
    if (!lock) return fail(lock.error());
    auto handle = open_mutex(names->mutex);
    if (!handle) return fail(handle.error());
    auto memory = win32::make_mapping(*lock, names->memory, sizeof(Shared));
    if (!memory) return fail(memory.error());
    return Mutex(std::move(memory->mapping), std::move(*handle));
}

// The system removes it with its last handle.
Result<void> Mutex::remove(const IpcName& name) {
    auto names = names_of(name);
    if (!names) return fail(names.error());
    auto handle = open_mutex(names->mutex);
    if (!handle) return fail(handle.error());
    return {};
}

Result<Waited> Mutex::try_lock() noexcept {
    auto locked = lock(Time::min(), nullptr);
    if (!locked && locked.error() == Errc::already_in_progress) return Waited::nothing;
    return locked;
}

Result<Waited> Mutex::lock(Time until, const Interrupt* interrupt) noexcept {
    Shared& memory = shared(memory_);
    const HANDLE mutex = win32::raw(handle_);
    auto waited = win32::wait_object(mutex, until, interrupt);
    if (!waited || *waited == Waited::nothing) return waited;
    // A mutex of Windows lets its owner in again. The word is the owner's, who clears it before it unlocks: so it says
    // this thread only where this thread had it already, or died with it, which the wait has told.
    const std::uint32_t self = ::GetCurrentThreadId();
    if (*waited == Waited::owner_died) {
        if (memory.guarded.load() != Guarded::unusable) memory.guarded.store(Guarded::owner_died);
    } else if (memory.owner.load(std::memory_order_relaxed) == self) {
        (void)::ReleaseMutex(mutex);
        return fail(Errc::already_in_progress);
    }
    memory.owner.store(self, std::memory_order_relaxed);
    return waited;
}

bool Mutex::unlock() noexcept {
    Shared& memory = shared(memory_);
    if (memory.owner.load(std::memory_order_relaxed) != ::GetCurrentThreadId()) return false;
    memory.owner.store(0, std::memory_order_relaxed);
    return ::ReleaseMutex(win32::raw(handle_)) != 0;
}

std::atomic<Guarded>& Mutex::guarded() noexcept { return shared(memory_).guarded; }

}  // namespace pier::sys
