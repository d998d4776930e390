#include "process/text.hpp"

#include "socket/winsock.hpp"

namespace pier::win32 {

std::string to_utf8(std::wstring_view text) {
    auto length = static_cast<int>(text.size());
    int size = ::WideCharToMultiByte(CP_UTF8, 0, text.data(), length, nullptr, 0, nullptr, nullptr);
    if (size <= 0) return {};
    std::string utf8(static_cast<std::size_t>(size), '\0');
    ::WideCharToMultiByte(CP_UTF8, 0, text.data(), length, utf8.data(), size, nullptr, nullptr);
    return utf8;
}

namespace {

std::wstring widen(std::string_view text, DWORD flags) {
    auto length = static_cast<int>(text.size());
    int size = ::MultiByteToWideChar(CP_UTF8, flags, text.data(), length, nullptr, 0);
    if (size <= 0) return {};
    std::wstring wide(static_cast<std::size_t>(size), L'\0');
    ::MultiByteToWideChar(CP_UTF8, flags, text.data(), length, wide.data(), size);
    return wide;
}

}  // namespace

std::wstring to_wide(std::string_view text) { return widen(text, 0); }

std::optional<std::wstring> to_wide_strictly(std::string_view text) {
    std::wstring wide = widen(text, MB_ERR_INVALID_CHARS);
    if (wide.empty() && !text.empty()) return std::nullopt;
    return wide;
}

}  // namespace pier::win32
