// What named objects are there.
// Resolved by the linker: exactly one backend defines it. Any thread may call it unless it says otherwise, and it
// doesn't block unless it says so. Errors are Pier's conditions with the system's number.
#pragma once

#include <pier/ipc/remains.hpp>

#include <vector>

namespace pier::sys {

// As ipc_remains() and remove_remain() say; in any order.
[[nodiscard]] Result<std::vector<IpcRemain>> ipc_remains();
[[nodiscard]] Result<void> remove_remain(IpcKind kind, const IpcName& name);

}  // namespace pier::sys
