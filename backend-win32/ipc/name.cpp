#include "process/error.hpp"

#include <pier/sys/ipc/name.hpp>

#include <string>
#include <string_view>

namespace pier::sys {
namespace {

// Objects of all kinds share one namespace on Windows, so the kind is in the name.
std::string_view prefix(IpcKind kind) noexcept {
    switch (kind) {
        case IpcKind::shared_memory:
            return "Local\\pier.shm.";
        case IpcKind::semaphore:
            return "Local\\pier.sem.";
        case IpcKind::mutex:
            return "Local\\pier.mutex.";
        case IpcKind::queue:
            return "Local\\pier.queue.";
        case IpcKind::pipe:
            return "\\\\.\\pipe\\pier.";
    }
    return "";
}

}  // namespace

Result<std::string> system_name(IpcKind kind, const IpcName& name) {
    std::string text(prefix(kind));
    // All sessions share the names of pipes.
    if (kind == IpcKind::pipe) {
        DWORD session = 0;
        if (!::ProcessIdToSessionId(::GetCurrentProcessId(), &session)) return fail(win32::translate(::GetLastError()));
        text.append(std::to_string(session)).append(".");
    }
    return text.append(name.text());
}

}  // namespace pier::sys
