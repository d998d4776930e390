#include <pier/sys/ipc/name.hpp>

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
            break;
    }
    return "\\\\.\\pipe\\pier.";
}

}  // namespace

Result<std::string> system_name(IpcKind kind, const IpcName& name) {
    return std::string(prefix(kind)).append(name.text());
}

}  // namespace pier::sys
