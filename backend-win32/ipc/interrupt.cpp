#include "ipc/wait.hpp"
#include "process/error.hpp"

#include <pier/sys/ipc/interrupt.hpp>

namespace pier::sys {

Result<Interrupt> Interrupt::make() {
    HANDLE event = ::CreateEventW(nullptr, TRUE, FALSE, nullptr);
    if (event == nullptr) return fail(win32::translate(::GetLastError()));
    return Interrupt(SystemHandle(NativeHandle{reinterpret_cast<std::uintptr_t>(event)}));
}

bool Interrupt::possible() noexcept { return true; }
void Interrupt::set() noexcept { (void)::SetEvent(win32::raw(event_)); }
void Interrupt::reset() noexcept { (void)::ResetEvent(win32::raw(event_)); }

}  // namespace pier::sys
