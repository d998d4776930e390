// What named objects are there, and which of them nobody uses any more.
#pragma once

#include <pier/ipc/name.hpp>
#include <pier/result.hpp>

#include <string>
#include <vector>

namespace pier {

// An object with a name. What its system calls it: sys::system_name().
struct IpcRemain {
    IpcKind kind;
    IpcName name;
    // Some process has it open, which is told by locks that go with their process. So one that is not in use was left
    // behind by a crash, or is meant to wait for the next process.
    bool in_use = false;
};

// All objects of Pier that this user has, by kind and name. On Windows always none: there an object goes with the last
// process that has it open, also in a crash. On POSIX it stays, of each kind, until somebody removes it or the machine
// starts again; only the pipe goes when its reader closes it. Looks at /dev/shm, and at the folder of pipes that this
// process's environment leads to (see IpcName). BLOCKS while another process of the user makes or opens an object.
// Errors: permission_denied; too_many_files_open; what the system says. Throws std::bad_alloc.
[[nodiscard]] Result<std::vector<IpcRemain>> ipc_remains();

// Removes one that nobody uses, whatever was seen before. Errors: name_taken when somebody has it open; name_not_found;
// permission_denied; what the system says. Throws std::bad_alloc.
[[nodiscard]] Result<void> remove_remain(IpcKind kind, const IpcName& name);

}  // namespace pier
