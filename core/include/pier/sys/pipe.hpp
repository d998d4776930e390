// Files and pipes, for the standard streams of child processes.
// Resolved by the linker: exactly one backend defines it. Any thread may call it unless it says otherwise, and it
// doesn't block unless it says so. Errors are Pier's conditions with the system's number. No handle that is made here
// is inherited by child processes.
#pragma once

#include <pier/process/system_handle.hpp>
#include <pier/result.hpp>
#include <pier/time.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace pier::sys {

struct Pipe {
    SystemHandle reader;
    SystemHandle writer;
};
enum class PipeSide : std::uint8_t { reader, writer, both };
// `both` is for a loop's streams; its capacity is stream_capacity. `ours` is for read_pipe or write_pipe, or for a
// loop, the other end for a child: blocking, and not overlapped on Windows. Errors: too_many_files_open.
[[nodiscard]] Result<Pipe> make_pipe(PipeSide ours);
// What a pipe for a loop's streams is to hold, in bytes; that of Windows holds so much, Linux gives it as long as the
// user's share lasts (pipe(7), pipe-user-pages-soft). With the 64 KiB that are usual, a send of 1 MiB has the loop wait
// sixteen times, and takes twice the processor's time.
inline constexpr std::uint32_t stream_capacity = 256 << 10;

// BLOCKS until there are some bytes (0: the end), or until that time. Errors: timed_out.
[[nodiscard]] Result<std::size_t> read_pipe(NativeHandle reader, std::span<std::byte> into, Time until);
// BLOCKS until all bytes are in the pipe, or until that time. Raises no SIGPIPE. Errors: connection_reset when nobody
// reads; timed_out, with an unknown part written.
[[nodiscard]] Result<void> write_pipe(NativeHandle writer, std::span<const std::byte> bytes, Time until);

enum class FileUse : std::uint8_t {
    read,
    write,   // made, or emptied
    append,  // made if need be; each write goes to the end
};
// May BLOCK as files do. Path in UTF-8. Errors: file_not_found (also where the folder is missing), permission_denied,
// too_many_files_open.
[[nodiscard]] Result<SystemHandle> open_file(const std::string& path, FileUse use);
// What has no end to write to, and nothing to read.
[[nodiscard]] Result<SystemHandle> open_null(FileUse use);

}  // namespace pier::sys
