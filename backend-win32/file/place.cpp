#include <pier/sys/file/place.hpp>

#include "file/path.hpp"
#include "process/error.hpp"
#include "process/native_handle.hpp"
#include "process/text.hpp"
#include "socket/winsock.hpp"

#include <string>
#include <string_view>

namespace pier::sys {
namespace {

using win32::handle_of;
using win32::owned;
using win32::to_file_path;

constexpr DWORD everybody = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

std::unexpected<Error> fail_last() noexcept { return fail(win32::translate(::GetLastError())); }

// Of a file or a folder, to ask about it.
SystemHandle open_to_ask(const std::wstring& path) noexcept {
    return owned(::CreateFileW(path.c_str(), FILE_READ_ATTRIBUTES, everybody, nullptr, OPEN_EXISTING,
                               FILE_FLAG_BACKUP_SEMANTICS | SECURITY_SQOS_PRESENT | SECURITY_ANONYMOUS, nullptr));
}

std::uint64_t joined(DWORD high, DWORD low) noexcept { return std::uint64_t{high} << 32 | low; }

Result<void> done(BOOL outcome) noexcept {
    if (outcome == FALSE) return fail_last();
    return {};
}

}  // namespace

Result<FileFacts> facts_of(NativeHandle file) noexcept {
    constexpr std::uint64_t until_1970 = 116'444'736'000'000'000;  // of 1601, in units of 100 ns
    if (::GetFileType(handle_of(file)) != FILE_TYPE_DISK) return FileFacts{};
    BY_HANDLE_FILE_INFORMATION known;
    if (::GetFileInformationByHandle(handle_of(file), &known) == FALSE) return fail_last();
    FileFacts facts;
    const bool is_folder = (known.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
    facts.kind = is_folder ? FileKind::folder : FileKind::regular;
    facts.size = joined(known.nFileSizeHigh, known.nFileSizeLow);
    const std::uint64_t written = joined(known.ftLastWriteTime.dwHighDateTime, known.ftLastWriteTime.dwLowDateTime);
    facts.modified = static_cast<std::int64_t>(written - until_1970) * 100;
    facts.volume = known.dwVolumeSerialNumber;
    facts.number = joined(known.nFileIndexHigh, known.nFileIndexLow);
    return facts;
}

Result<FileFacts> facts_of(const std::string& path) {
    const auto text = to_file_path(path);
    if (!text) return fail(text.error());
    const SystemHandle file = open_to_ask(*text);
    if (!file.valid()) return fail_last();
    return facts_of(file.get());
}

Result<std::string> real_path(const std::string& path) {
    const auto text = to_file_path(path);
    if (!text) return fail(text.error());
    const SystemHandle file = open_to_ask(*text);
    if (!file.valid()) return fail_last();
    return real_path(file.get());
}

Result<std::string> real_path(NativeHandle file) {
    constexpr std::wstring_view prefix = L"\\\\?\\";
    constexpr std::wstring_view net = L"\\\\?\\UNC\\";
    std::wstring path(MAX_PATH, L'\0');
    for (;;) {
        const auto room = static_cast<DWORD>(path.size());
        const DWORD size =
            ::GetFinalPathNameByHandleW(handle_of(file), path.data(), room, FILE_NAME_NORMALIZED | VOLUME_NAME_DOS);
        if (size == 0) return fail_last();
        path.resize(size);
        if (size < room) break;
    }
    if (path.starts_with(net)) return "\\\\" + win32::to_utf8(std::wstring_view(path).substr(net.size()));
    if (path.starts_with(prefix)) return win32::to_utf8(std::wstring_view(path).substr(prefix.size()));
    return win32::to_utf8(path);
}

Result<void> make_folder(const std::string& path) {
    const auto text = to_file_path(path);
    if (!text) return fail(text.error());
    return done(::CreateDirectoryW(text->c_str(), nullptr));
}

Result<void> remove_file(const std::string& path) {
    const auto text = to_file_path(path);
    if (!text) return fail(text.error());
    return done(::DeleteFileW(text->c_str()));
}

Result<void> rename_file(const std::string& from, const std::string& to, Replacing replacing) {
    const auto old_text = to_file_path(from);
    if (!old_text) return fail(old_text.error());
    const auto new_text = to_file_path(to);
    if (!new_text) return fail(new_text.error());
    const DWORD flags = replacing == Replacing::yes ? MOVEFILE_REPLACE_EXISTING : 0;
    return done(::MoveFileExW(old_text->c_str(), new_text->c_str(), flags));
}

Result<void> sync_folder(const std::string&) { return {}; }

}  // namespace pier::sys
