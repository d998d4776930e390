// Regular files, by calls that block.
// Resolved by the linker: exactly one backend defines it. Any thread may call it. Errors are Pier's conditions with the
// system's number.
#pragma once

#include <pier/file.hpp>
#include <pier/process/system_handle.hpp>
#include <pier/result.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace pier::sys {

// How a file's reads and writes will be made. Windows wants to know it when it opens the file.
enum class FileCalls : bool { blocking, overlapped };

// As File::open() says. A device or a pipe is not waited for.
[[nodiscard]] Result<SystemHandle> open_file(const std::string& path, FileOptions options, FileCalls calls);

// One call each, of at most 2^30 bytes, on a file that was opened for blocking calls. A signal's EINTR is retried
// inside. read_file: 0 is the end of the file.
[[nodiscard]] Result<std::size_t> read_file(NativeHandle file, std::uint64_t offset,
                                            std::span<std::byte> into) noexcept;
[[nodiscard]] Result<std::size_t> write_file(NativeHandle file, std::uint64_t offset,
                                             std::span<const std::byte> data) noexcept;

[[nodiscard]] Result<std::uint64_t> file_size(NativeHandle file) noexcept;
[[nodiscard]] Result<void> resize_file(NativeHandle file, std::uint64_t size) noexcept;
[[nodiscard]] Result<void> sync_file(NativeHandle file, FileSync what) noexcept;

}  // namespace pier::sys
