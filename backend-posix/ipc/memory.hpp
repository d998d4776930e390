// Objects of shared memory: memory itself, what semaphores and mutexes live in, and the marks of queues.
#pragma once

#include "ipc/names_lock.hpp"

#include <pier/ipc/name.hpp>
#include <pier/process/system_handle.hpp>
#include <pier/result.hpp>
#include <pier/sys/ipc/memory.hpp>

#include <sys/types.h>
#include <cstddef>

namespace pier::posix {

// Each named object has a file of shared memory with the name of its kind, also where the object itself is another
// thing (a queue): who uses the object holds a shared flock(2) of that file, which the system takes away with
// the process. So it can be told whether an object is in use, and all objects stand in one list.
struct ObjectFile {
    SystemHandle handle;
    std::size_t size = 0;  // 0: of a mark, or of an object whose maker has died
    bool is_new = false;
};

// Makes the file where there is none. All of this under the lock.
[[nodiscard]] Result<ObjectFile> make_file(const NamesLock&, IpcKind kind, const IpcName& name);
// Errors: name_not_found, permission_denied when it is another user's.
[[nodiscard]] Result<ObjectFile> open_file(const NamesLock&, IpcKind kind, const IpcName& name, MemoryAccess access);
// Whether it is there and this user's, without opening it. Errors: as those of open_file().
[[nodiscard]] Result<void> look_at_file(const NamesLock&, IpcKind kind, const IpcName& name);
// Errors: name_not_found, permission_denied.
[[nodiscard]] Result<void> remove_file(const NamesLock&, IpcKind kind, const IpcName& name);

// Gives it its size, with all its memory; before that it has none. Errors: not_enough_memory.
[[nodiscard]] Result<void> fill_file(const SystemHandle& file, std::size_t size);
[[nodiscard]] Result<sys::Mapping> map_file(SystemHandle file, std::size_t size, MemoryAccess access);

}  // namespace pier::posix
