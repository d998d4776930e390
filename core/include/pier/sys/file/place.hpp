// Where files are, what they are, and how they get another name: by calls that block.
// Resolved by the linker: exactly one backend defines it. Any thread may call it. Paths are UTF-8. Errors are Pier's
// conditions with the system's number; those of a path among them: file_not_found (a folder before it, too),
// permission_denied, name_too_long, invalid_argument (a NUL).
#pragma once

#include <pier/process/system_handle.hpp>
#include <pier/result.hpp>

#include <cstdint>
#include <string>

namespace pier::sys {

enum class FileKind : std::uint8_t { regular, folder, other };

struct FileFacts {
    FileKind kind = FileKind::other;
    std::uint64_t size = 0;     // bytes; of a regular file
    std::int64_t modified = 0;  // nanoseconds since 1970, UTC, as fine as the file system keeps them
    // Together they are one file's alone while it is there. Another one may have them later.
    std::uint64_t volume = 0;
    std::uint64_t number = 0;
};

// Of what is open, and of what the path names; links are followed.
[[nodiscard]] Result<FileFacts> facts_of(NativeHandle file) noexcept;
[[nodiscard]] Result<FileFacts> facts_of(const std::string& path);

// The absolute path without links and dots, as realpath(3) says it; on Windows with a drive in front, and of a file on
// the net with two backslashes. Whoever can write to a folder in it may change it meanwhile. Throws std::bad_alloc.
[[nodiscard]] Result<std::string> real_path(const std::string& path);
// The same of what is open, as it is called now, so that a path can be looked at after the fact. file_not_found when it
// was deleted; not_supported where the system can't tell (Linux without /proc). Throws std::bad_alloc.
[[nodiscard]] Result<std::string> real_path(NativeHandle file);

// Errors: file_exists (also a file).
[[nodiscard]] Result<void> make_folder(const std::string& path);
// A file, or a link itself.
[[nodiscard]] Result<void> remove_file(const std::string& path);

enum class Replacing : bool { no, yes };
// At once: others see the one or the other. Errors besides: file_exists without replacing, whatever is there, a link
// without an end, too; is_a_directory. Where a file system knows of no rename that replaces nothing, it is looked
// before, and somebody else's file that appears in between is replaced.
[[nodiscard]] Result<void> rename_file(const std::string& from, const std::string& to, Replacing replacing);
// Waits until the names in a folder are on the disk. Windows has no such call, and does nothing.
[[nodiscard]] Result<void> sync_folder(const std::string& path);

}  // namespace pier::sys
