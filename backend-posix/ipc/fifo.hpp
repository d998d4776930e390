// FIFOs, for those who clean up.
#pragma once

#include "ipc/names_lock.hpp"

#include <pier/ipc/name.hpp>

namespace pier::posix {

// As sys::remove_named_pipe(), for who has the lock already.
[[nodiscard]] Result<void> remove_fifo(const NamesLock&, const IpcName& name);

}  // namespace pier::posix
