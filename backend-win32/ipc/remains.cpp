#include <pier/sys/ipc/remains.hpp>

namespace pier::sys {

// Objects of the kernel go with their last handle, and a process that dies closes its own.
Result<std::vector<IpcRemain>> ipc_remains() { return std::vector<IpcRemain>(); }
Result<void> remove_remain(IpcKind, const IpcName&) { return fail(Errc::name_not_found); }

}  // namespace pier::sys
