#include "file/path.hpp"

#include "process/error.hpp"
#include "process/text.hpp"
#include "socket/winsock.hpp"

namespace pier::win32 {
namespace {

// A new file's path may be no longer, for a folder beside it needs the rest (the documentation of CreateDirectory).
constexpr std::size_t longest_plain = MAX_PATH - 12;

bool is_verbatim(std::wstring_view path) noexcept {
    return path.starts_with(LR"(\\?\)") || path.starts_with(LR"(\\.\)");
}

Result<std::wstring> absolute_path(const std::wstring& path) {
    std::wstring full;
    DWORD length = ::GetFullPathNameW(path.c_str(), 0, nullptr, nullptr);
    // The current folder may change in between.
    for (int round = 0; round < 8 && length > full.size(); ++round) {
        full.resize(length);
        length = ::GetFullPathNameW(path.c_str(), length, full.data(), nullptr);
        if (length < full.size()) break;
    }
    if (length == 0 || length >= full.size()) return fail(translate(::GetLastError()));
    full.resize(length);
    return full;
}

}  // namespace

Result<std::wstring> to_file_path(std::string_view path) {
    if (path.empty()) return fail(Errc::file_not_found);
    auto wide = to_wide_strictly(path);
    if (!wide || path.find('\0') != std::string_view::npos) return fail(Errc::invalid_argument);
    if (is_verbatim(*wide)) return std::move(*wide);
    // The limit is that of the whole, with the present folder in front of what is relative.
    auto full = absolute_path(*wide);
    if (!full || full->size() < longest_plain || is_verbatim(*full)) return full;
    if (full->starts_with(LR"(\\)")) return LR"(\\?\UNC\)" + full->substr(2);
    return LR"(\\?\)" + *full;
}

}  // namespace pier::win32
