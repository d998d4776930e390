// Reads and writes of files that are bound to a completion port.
#pragma once

#include "socket/winsock.hpp"

#include <pier/result.hpp>
#include <pier/spi/engine.hpp>
#include <pier/spi/file_operation.hpp>

namespace pier::win32 {

enum class FileStart : bool { notice_comes, at_its_end };

// Hands it to the kernel. at_its_end: a read behind the end of the file, which has ended with nothing. Errors: what the
// call says; then no notice comes either.
[[nodiscard]] Result<FileStart> begin_file(spi::FileOperation& op) noexcept;

// A request; the operation ends by its notice in any case.
void request_cancel(spi::FileOperation& op) noexcept;

// The notice of an operation has come. The file is still open.
void file_ended(OVERLAPPED& notice, spi::Harvest& harvest) noexcept;

}  // namespace pier::win32
