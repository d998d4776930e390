// Creating a process with an exact list of the handles that it inherits.
#pragma once

#include "engine/owned_handle.hpp"
#include "socket/winsock.hpp"

#include <pier/process/end.hpp>
#include <pier/process/options.hpp>
#include <pier/result.hpp>
#include <pier/sys/spawn.hpp>

namespace pier::win32 {

struct CreatedProcess {
    OwnedHandle process;
    OwnedHandle thread;  // its first one
    DWORD id = 0;
};

struct CreateExtras {
    HANDLE job = nullptr;  // the process is in it from its beginning
    DWORD flags = 0;       // further ones of CreateProcess
};

// As sys::spawn(), which waits for nobody either. Any thread.
[[nodiscard]] Result<CreatedProcess> create_process(const ProcessOptions& options, const sys::ChildStreams& streams,
                                                    const CreateExtras& extras = {});

// Of a process that has ended. Errors: permission_denied.
[[nodiscard]] Result<ProcessEnd> end_of(HANDLE process) noexcept;

}  // namespace pier::win32
