#include "ipc/own_object.hpp"
#include "ipc/wait.hpp"
#include "process/text.hpp"

#include <pier/sys/ipc/name.hpp>
#include <pier/sys/ipc/semaphore.hpp>

namespace pier::sys {
namespace {

Result<SystemHandle> open_existing(const IpcName& name) {
    auto text = system_name(IpcKind::semaphore, name);
    if (!text) return fail(text.error());
    return win32::own_opened(
        ::OpenSemaphoreW(SEMAPHORE_MODIFY_STATE | SYNCHRONIZE | READ_CONTROL, FALSE, win32::to_wide(*text).c_str()));
}

}  // namespace

Semaphore::Semaphore(Mapping&& memory, SystemHandle handle) noexcept
    : memory_(std::move(memory)), handle_(std::move(handle)), object_(win32::raw(handle_)) {}

// The system makes or opens it in one step.
Result<Semaphore> Semaphore::create(const IpcName& name, std::uint32_t initial, IpcCreation creation) {
    auto text = system_name(IpcKind::semaphore, name);
    if (!text) return fail(text.error());
    const std::wstring wide = win32::to_wide(*text);
    auto object = win32::make_own([&](SECURITY_ATTRIBUTES* attributes) {
        return ::CreateSemaphoreW(attributes, static_cast<LONG>(initial), static_cast<LONG>(most), wide.c_str());
    });
    if (!object) return fail(object.error());
    if (!object->is_new && creation == IpcCreation::exclusive) return fail(Errc::name_taken, ERROR_ALREADY_EXISTS);
    return Semaphore(Mapping(), std::move(object->handle));
}

Result<Semaphore> Semaphore::open(const IpcName& name) {
    auto object = open_existing(name);
    if (!object) return fail(object.error());
    return Semaphore(Mapping(), std::move(*object));
}

// The system removes it with its last handle.
Result<void> Semaphore::remove(const IpcName& name) {
    auto object = open_existing(name);
    if (!object) return fail(object.error());
    return {};
}

Result<void> Semaphore::post(std::uint32_t count) noexcept {
    if (count == 0) return {};
    if (count > most) return fail(Errc::count_too_large);
    if (::ReleaseSemaphore(object_, static_cast<LONG>(count), nullptr)) return {};
    return fail(Errc::count_too_large, static_cast<std::int32_t>(::GetLastError()));
}

bool Semaphore::try_wait() noexcept { return ::WaitForSingleObject(object_, 0) == WAIT_OBJECT_0; }

Result<Waited> Semaphore::wait(Time until, const Interrupt* interrupt) noexcept {
    return win32::wait_object(object_, until, interrupt);
}

}  // namespace pier::sys
