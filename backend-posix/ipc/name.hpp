// Prefixes of names, for those who make objects and those who list what is left of them.
#pragma once

#include <pier/ipc/name.hpp>

#include <string>

namespace pier::posix {

// "pier.1000.", with the effective user's number: by the kind's word behind it, all objects of that user begin.
[[nodiscard]] std::string ipc_prefix();
// "pier.1000.shm.", without the slash that shm_open() and its like want. Not of pipes.
[[nodiscard]] std::string ipc_prefix(IpcKind kind);

// The folder of the user's FIFOs, made if need be. Errors: permission_denied when it is another user's, no folder, or
// open to others; what making it says.
[[nodiscard]] Result<std::string> fifo_folder();
// Where it is, whether it is there or not.
[[nodiscard]] std::string fifo_folder_path();

}  // namespace pier::posix
