// Reads and writes of files that are bound to a completion port.
#pragma once

#include "socket/winsock.hpp"

#include <pier/result.hpp>
#include <pier/spi/engine.hpp>
#include <pier/spi/file_operation.hpp>

namespace pier::win32 {

// What an entry of the port is of: its key.
enum PortKey : ULONG_PTR { of_sockets, of_files, of_failed_files };

// Hands it to the kernel: an entry of `port` will come. Systems differ in whether a call that fails at once has one:
// Windows sends none, Wine does. So such an operation goes on until an entry of our own comes, with the key
// of_failed_files; what the system may have sent stands before it, and is told from it by the key. Errors: that entry
// could not be made.
[[nodiscard]] Result<void> begin_file(spi::FileOperation& op, HANDLE port) noexcept;

// A request; the operation ends by its notice in any case.
void request_cancel(spi::FileOperation& op) noexcept;

// An entry of an operation has come. The file is still open.
void file_ended(const OVERLAPPED_ENTRY& entry, HANDLE port, spi::Harvest& harvest) noexcept;

}  // namespace pier::win32
