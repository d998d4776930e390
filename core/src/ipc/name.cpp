#include <pier/ipc/name.hpp>

#include <algorithm>

namespace pier {
namespace {

constexpr bool is_letter_or_digit(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

constexpr bool is_allowed(char c) noexcept { return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.'; }

}  // namespace

std::string_view name_of(IpcKind kind) noexcept {
    switch (kind) {
        case IpcKind::shared_memory:
            return "shared-memory";
        case IpcKind::semaphore:
            return "semaphore";
        case IpcKind::mutex:
            return "mutex";
        case IpcKind::queue:
            return "queue";
        case IpcKind::pipe:
            return "pipe";
    }
    return "";
}

std::string_view IpcName::fault(std::string_view text) noexcept {
    if (text.empty()) return "it is empty";
    if (text.size() > longest) return "it is longer than 200 characters";
    if (!std::ranges::all_of(text, is_allowed)) return "it has a character besides letters, digits, '-', '_' and '.'";
    if (!is_letter_or_digit(text.front())) return "it does not begin with a letter or digit";
    if (text.back() == '.') return "it ends with a '.'";
    return {};
}

Result<IpcName> IpcName::parse(std::string_view text) {
    if (!fault(text).empty()) return fail(Errc::bad_name);
    return IpcName(std::string(text));
}

}  // namespace pier
