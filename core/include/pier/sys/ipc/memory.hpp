// Memory that processes share.
// Resolved by the linker: exactly one backend defines it. Any thread may call it unless it says otherwise, and it
// doesn't block unless it says so. Errors are Pier's conditions with the system's number.
#pragma once

#include <pier/ipc/creation.hpp>
#include <pier/ipc/name.hpp>
#include <pier/process/system_handle.hpp>
#include <pier/result.hpp>

#include <cstddef>
#include <cstdint>

namespace pier {

enum class MemoryAccess : std::uint8_t { read_only, read_write };

namespace sys {

// The handle is open as long as the mapping is there: by it others see that the object is in use.
struct Mapping {
    SystemHandle handle;
    std::byte* data = nullptr;
    std::size_t size = 0;
    MemoryAccess access = MemoryAccess::read_write;
};

// They BLOCK and fail as those of SharedMemory say.
[[nodiscard]] Result<Mapping> create_memory(const IpcName& name, std::size_t size, IpcCreation creation);
[[nodiscard]] Result<Mapping> open_memory(const IpcName& name, MemoryAccess access);
[[nodiscard]] Result<Mapping> anonymous_memory(std::size_t size);
[[nodiscard]] Result<Mapping> map_memory(SystemHandle handle, MemoryAccess access);
[[nodiscard]] Result<void> remove_memory(const IpcName& name);
// Ignores one without data. The handle stays.
void unmap(const Mapping& mapping) noexcept;

}  // namespace sys
}  // namespace pier
