// Pipes that have a name.
// Resolved by the linker: exactly one backend defines it. Any thread may call it unless it says otherwise, and it
// doesn't block unless it says so. Errors are Pier's conditions with the system's number.
#pragma once

#include <pier/ipc/name.hpp>
#include <pier/process/system_handle.hpp>
#include <pier/result.hpp>

#include <memory>

namespace pier::sys {

// Removes the name when it goes, where the system does not do so by itself.
class PipeName {
public:
    PipeName() = default;
    PipeName(const PipeName&) = delete;
    PipeName& operator=(const PipeName&) = delete;
    virtual ~PipeName() = default;
};

struct NamedReader {
    SystemHandle handle;             // as Loop::attach_pipe() wants it
    std::unique_ptr<PipeName> name;  // to be destroyed before the handle; perhaps none
};

// Makes the name and waits for nobody. Errors: name_taken while another reader has it; permission_denied, also for a
// name that another user has made; what the system says. Throws std::bad_alloc.
[[nodiscard]] Result<NamedReader> open_named_reader(const IpcName& name);

// One try. Errors: operation_would_block while no reader is there, or another writer is; permission_denied, also where
// the reader is another user's; what the system says. Throws std::bad_alloc.
[[nodiscard]] Result<SystemHandle> open_named_writer(const IpcName& name);

// Removes what a crash may have left. Errors: name_not_found; name_taken while a reader has it; what the system
// says. Throws std::bad_alloc.
[[nodiscard]] Result<void> remove_named_pipe(const IpcName& name);

}  // namespace pier::sys
