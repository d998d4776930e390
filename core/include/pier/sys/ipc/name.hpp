// What the system calls the objects by which processes communicate.
// Resolved by the linker: exactly one backend defines it. Any thread may call it unless it says otherwise, and it
// doesn't block unless it says so. Errors are Pier's conditions with the system's number.
#pragma once

#include <pier/ipc/name.hpp>
#include <pier/result.hpp>

#include <string>

namespace pier::sys {

// As the table in pier/ipc/name.hpp shows, in UTF-8. On POSIX that of a pipe is a path below the user's own folder,
// which is made here if need be (mode 0700). Errors, of a pipe on POSIX alone: permission_denied when the folder is
// another user's, no folder, or open to others; what making it says. Throws std::bad_alloc.
[[nodiscard]] Result<std::string> system_name(IpcKind kind, const IpcName& name);

}  // namespace pier::sys
