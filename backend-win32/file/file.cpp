// CreateFile, ReadFile, WriteFile, FlushFileBuffers.
#include <pier/sys/file.hpp>

#include "file/path.hpp"
#include "process/error.hpp"
#include "process/native_handle.hpp"

#include <limits>

namespace pier::sys {
namespace {

using win32::handle_of;
using win32::translate;

constexpr std::uint64_t largest_offset = std::numeric_limits<std::int64_t>::max();

std::unexpected<Error> fail_last() noexcept { return fail(translate(::GetLastError())); }

DWORD access_of(FileAccess access) noexcept {
    switch (access) {
        case FileAccess::read:
            return GENERIC_READ;
        case FileAccess::write:
            return GENERIC_WRITE;
        case FileAccess::read_write:
            break;
    }
    return GENERIC_READ | GENERIC_WRITE;
}

// CREATE_ALWAYS would also take the attributes and the rights of what is there; so what is there is emptied by its own
// call.
DWORD disposition_of(FileCreation creation) noexcept {
    switch (creation) {
        case FileCreation::open_existing:
            return OPEN_EXISTING;
        case FileCreation::create_new:
            return CREATE_NEW;
        case FileCreation::open_or_create:
        case FileCreation::truncate:
            break;
    }
    return OPEN_ALWAYS;
}

// A folder is refused like a file that is somebody else's.
std::unexpected<Error> why_not_opened(const std::wstring& path) noexcept {
    const DWORD code = ::GetLastError();
    if (code == ERROR_ACCESS_DENIED) {
        const DWORD attributes = ::GetFileAttributesW(path.c_str());
        const bool folder = attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
        if (folder) return fail(Errc::is_a_directory, static_cast<std::int32_t>(code));
    }
    return fail(translate(code));
}

// At that place, as of a handle that was opened without FILE_FLAG_OVERLAPPED: the call waits for its end.
OVERLAPPED place_of(std::uint64_t offset) noexcept {
    OVERLAPPED place{};
    place.Offset = static_cast<DWORD>(offset);
    place.OffsetHigh = static_cast<DWORD>(offset >> 32);
    return place;
}

}  // namespace

Result<SystemHandle> open_file(const std::string& path, FileOptions options, FileCalls calls) {
    if (options.access == FileAccess::read && options.creation != FileCreation::open_existing) {
        return fail(Errc::invalid_argument);
    }
    const auto wide = win32::to_file_path(path);
    if (!wide) return fail(wide.error());
    // The last two: a server of a named pipe that the path may name can't act as this user.
    DWORD flags = FILE_ATTRIBUTE_NORMAL | SECURITY_SQOS_PRESENT | SECURITY_ANONYMOUS;
    if (calls == FileCalls::overlapped) flags |= FILE_FLAG_OVERLAPPED;
    // Else the target of a link without an end would be made.
    if (options.creation == FileCreation::create_new) flags |= FILE_FLAG_OPEN_REPARSE_POINT;
    constexpr DWORD everything = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    SystemHandle file = win32::owned(::CreateFileW(wide->c_str(), access_of(options.access), everything, nullptr,
                                                   disposition_of(options.creation), flags, nullptr));
    if (!file.valid()) return why_not_opened(*wide);
    // A volume is of that type, too, and has none of the information.
    BY_HANDLE_FILE_INFORMATION information{};
    if (::GetFileType(handle_of(file)) != FILE_TYPE_DISK ||
        !::GetFileInformationByHandle(handle_of(file), &information)) {
        return fail(Errc::not_a_regular_file);
    }
    if (options.creation == FileCreation::truncate) {
        if (auto emptied = resize_file(file.get(), 0); !emptied) return fail(emptied.error());
    }
    return file;
}

Result<std::size_t> read_file(NativeHandle file, std::uint64_t offset, std::span<std::byte> into) noexcept {
    if (offset > largest_offset - into.size()) return 0;  // no file is as long
    OVERLAPPED place = place_of(offset);
    DWORD count = 0;
    if (!::ReadFile(handle_of(file), into.data(), static_cast<DWORD>(into.size()), &count, &place)) {
        if (::GetLastError() == ERROR_HANDLE_EOF) return 0;
        return fail_last();
    }
    return count;
}

Result<std::size_t> write_file(NativeHandle file, std::uint64_t offset, std::span<const std::byte> data) noexcept {
    // All ones would mean the end of the file.
    if (offset > largest_offset) return fail(Errc::file_too_large, ERROR_FILE_TOO_LARGE);
    OVERLAPPED place = place_of(offset);
    DWORD count = 0;
    if (!::WriteFile(handle_of(file), data.data(), static_cast<DWORD>(data.size()), &count, &place)) return fail_last();
    return count;
}

Result<std::uint64_t> file_size(NativeHandle file) noexcept {
    LARGE_INTEGER size{};
    if (!::GetFileSizeEx(handle_of(file), &size)) return fail_last();
    return static_cast<std::uint64_t>(size.QuadPart);
}

Result<void> resize_file(NativeHandle file, std::uint64_t size) noexcept {
    if (size > largest_offset) return fail(Errc::file_too_large, ERROR_FILE_TOO_LARGE);
    FILE_END_OF_FILE_INFO end{};
    end.EndOfFile.QuadPart = static_cast<LONGLONG>(size);
    if (::SetFileInformationByHandle(handle_of(file), FileEndOfFileInfo, &end, sizeof end)) return {};
    // Beyond what the file system can have (MS-FSA, 2.1.5.15.4).
    if (::GetLastError() == ERROR_INVALID_PARAMETER) return fail(Errc::file_too_large, ERROR_INVALID_PARAMETER);
    return fail_last();
}

Result<void> sync_file(NativeHandle file, FileSync) noexcept {
    if (::FlushFileBuffers(handle_of(file))) return {};
    // It wants the right to write, without which nothing was written by this handle.
    if (::GetLastError() == ERROR_ACCESS_DENIED) return {};
    return fail_last();
}

}  // namespace pier::sys
