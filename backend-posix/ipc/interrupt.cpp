#include <pier/sys/ipc/interrupt.hpp>

namespace pier::sys {

Result<Interrupt> Interrupt::make() { return Interrupt(SystemHandle()); }
bool Interrupt::possible() noexcept { return false; }
void Interrupt::set() noexcept {}
void Interrupt::reset() noexcept {}

}  // namespace pier::sys
