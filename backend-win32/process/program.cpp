#include "process/program.hpp"

#include "process/command_line.hpp"
#include "process/error.hpp"
#include "process/text.hpp"
#include "socket/winsock.hpp"

#include <algorithm>
#include <initializer_list>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

namespace pier::win32 {
namespace {

// What CreateProcess takes, with the NUL behind it ("CreateProcessW", lpCommandLine).
constexpr std::size_t longest_line = 32767;

// The order that the system wants of an environment: without regard to case, and to the language of the user.
struct ByName {
    bool operator()(const std::wstring& a, const std::wstring& b) const noexcept {
        return ::CompareStringOrdinal(a.data(), static_cast<int>(a.size()), b.data(), static_cast<int>(b.size()),
                                      TRUE) == CSTR_LESS_THAN;
    }
};
using Variables = std::map<std::wstring, std::wstring, ByName>;

bool ends_with(std::wstring_view text, std::wstring_view end) noexcept {
    if (text.size() < end.size()) return false;
    return ::CompareStringOrdinal(text.data() + text.size() - end.size(), static_cast<int>(end.size()), end.data(),
                                  static_cast<int>(end.size()), TRUE) == CSTR_EQUAL;
}

// The system drops dots and spaces at the end of a name.
bool is_batch_file(std::wstring_view path) noexcept {
    while (!path.empty() && (path.back() == L' ' || path.back() == L'.')) path.remove_suffix(1);
    return ends_with(path, L".bat") || ends_with(path, L".cmd");
}

std::wstring variable(const wchar_t* name) {
    std::wstring value;
    for (DWORD room = 256;;) {
        value.resize(room);
        const DWORD size = ::GetEnvironmentVariableW(name, value.data(), room);
        if (size < room) {
            value.resize(size);
            return value;
        }
        room = size;
    }
}

Result<std::wstring> absolute_path(const std::wstring& path) {
    std::wstring whole;
    for (DWORD room = 260;;) {
        whole.resize(room);
        const DWORD size = ::GetFullPathNameW(path.c_str(), room, whole.data(), nullptr);
        if (size == 0) return fail(translate(::GetLastError()));
        if (size < room) {
            whole.resize(size);
            return whole;
        }
        room = size;
    }
}

// The file itself where its name has an extension, or with one of a program.
std::optional<std::wstring> file_of(const std::wstring& path) {
    const std::wstring_view name = std::wstring_view(path).substr(path.find_last_of(L"\\/:") + 1);
    const bool has_extension = name.find(L'.') != std::wstring_view::npos;
    for (const wchar_t* extension : {L"", L".exe", L".com"}) {
        if (*extension == L'\0' && !has_extension) continue;
        std::wstring file = path + extension;
        const DWORD attributes = ::GetFileAttributesW(file.c_str());
        const bool is_file = attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) == 0;
        if (is_file) return file;
    }
    return std::nullopt;
}

Result<std::wstring> search(const std::wstring& name) {
    const std::wstring folders = variable(L"PATH");
    std::wstring_view rest = folders;
    while (!rest.empty()) {
        std::wstring_view folder = rest.substr(0, rest.find(L';'));
        rest.remove_prefix(std::min(folder.size() + 1, rest.size()));
        const bool quoted = folder.size() >= 2 && folder.front() == L'"' && folder.back() == L'"';
        if (quoted) folder = folder.substr(1, folder.size() - 2);
        if (folder.empty()) continue;
        std::wstring path(folder);
        path.append(L"\\").append(name);
        if (auto file = file_of(path)) return absolute_path(*file);
    }
    return fail(Errc::program_not_found, ERROR_FILE_NOT_FOUND);
}

bool is_folder(const std::wstring& path) noexcept {
    const DWORD attributes = ::GetFileAttributesW(path.c_str());
    return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
}

Result<std::wstring> look_for(const std::wstring& program) {
    if (program.find_first_of(L"\\/:") == std::wstring::npos) return search(program);
    if (auto file = file_of(program)) return absolute_path(*file);
    // A file may be named without any extension.
    const DWORD attributes = ::GetFileAttributesW(program.c_str());
    if (attributes == INVALID_FILE_ATTRIBUTES) return fail(Errc::program_not_found, ERROR_FILE_NOT_FOUND);
    if (is_folder(program)) return fail(Errc::permission_denied, ERROR_ACCESS_DENIED);
    return absolute_path(program);
}

// Also the hidden ones, such as "=C:", which hold the directories of drives.
void add_own(Variables& all) {
    wchar_t* const block = ::GetEnvironmentStringsW();
    if (block == nullptr) return;
    for (const wchar_t* at = block; *at != L'\0';) {
        const std::wstring_view line = at;
        at += line.size() + 1;
        const std::size_t end = line.find(L'=', 1);
        if (end != std::wstring_view::npos) {
            all.insert_or_assign(std::wstring(line.substr(0, end)), std::wstring(line.substr(end + 1)));
        }
    }
    ::FreeEnvironmentStringsW(block);
}

}  // namespace

Result<std::wstring> find_program(const ProcessOptions& options) {
    const auto program = to_wide_strictly(options.program);
    if (!program || program->find(L'"') != std::wstring::npos) return fail(Errc::invalid_argument);
    auto path = look_for(*program);
    if (path && is_batch_file(*path)) return fail(Errc::not_executable, ERROR_BAD_EXE_FORMAT);
    return path;
}

Result<std::wstring> command_line_of(const ProcessOptions& options) {
    // The program's name knows no escapes, and has no quotes.
    std::wstring line = L"\"" + to_wide(options.program) + L"\"";
    for (const std::string& each : options.arguments) {
        const auto argument = to_wide_strictly(each);
        if (!argument) return fail(Errc::invalid_argument);
        append_argument(line, *argument);
        if (line.size() >= longest_line) return fail(Errc::argument_list_too_long, ERROR_FILENAME_EXCED_RANGE);
    }
    return line;
}

Result<std::wstring> environment_of(const ProcessOptions& options) {
    Variables all;
    if (options.inherit_environment) {
        add_own(all);
    } else if (std::wstring root = variable(L"SystemRoot"); !root.empty()) {
        all.emplace(L"SystemRoot", std::move(root));
    }
    for (const EnvironmentVariable& each : options.environment) {
        auto name = to_wide_strictly(each.name);
        auto value = to_wide_strictly(each.value.value_or(std::string()));
        if (!name || !value) return fail(Errc::invalid_argument);
        all.erase(*name);  // its case may be another one
        if (each.value) all.emplace(std::move(*name), std::move(*value));
    }
    std::wstring block;
    for (const auto& [name, value] : all) {
        block.append(name).append(L"=").append(value);
        block += L'\0';
    }
    if (block.empty()) block += L'\0';
    block += L'\0';
    return block;
}

}  // namespace pier::win32
