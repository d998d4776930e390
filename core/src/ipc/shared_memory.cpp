#include <pier/ipc/shared_memory.hpp>

#include <cstdint>

namespace pier {
namespace {

// One beyond it can't be mapped, and its last byte can't be pointed to.
constexpr auto most = static_cast<std::size_t>(PTRDIFF_MAX) - 65'536;

Result<void> check(std::size_t size) noexcept {
    if (size == 0) return fail(Errc::invalid_argument);
    if (size > most) return fail(Errc::not_enough_memory);
    return {};
}

}  // namespace

Result<SharedMemory> SharedMemory::create(const IpcName& name, std::size_t size, IpcCreation creation) {
    if (auto fits = check(size); !fits) return fail(fits.error());
    auto mapping = sys::create_memory(name, size, creation);
    if (!mapping) return fail(mapping.error());
    return SharedMemory(std::move(*mapping));
}

Result<SharedMemory> SharedMemory::open(const IpcName& name, MemoryAccess access) {
    auto mapping = sys::open_memory(name, access);
    if (!mapping) return fail(mapping.error());
    return SharedMemory(std::move(*mapping));
}

Result<SharedMemory> SharedMemory::anonymous(std::size_t size) {
    if (auto fits = check(size); !fits) return fail(fits.error());
    auto mapping = sys::anonymous_memory(size);
    if (!mapping) return fail(mapping.error());
    return SharedMemory(std::move(*mapping));
}

Result<SharedMemory> SharedMemory::adopt(SystemHandle handle, MemoryAccess access) {
    if (!handle.valid()) return fail(Errc::invalid_argument);
    auto mapping = sys::map_memory(std::move(handle), access);
    if (!mapping) return fail(mapping.error());
    return SharedMemory(std::move(*mapping));
}

Result<void> SharedMemory::remove(const IpcName& name) { return sys::remove_memory(name); }

}  // namespace pier
