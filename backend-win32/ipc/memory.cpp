#include "ipc/memory.hpp"

#include "process/error.hpp"
#include "process/text.hpp"

#include <pier/sys/ipc/name.hpp>

#include <cstdint>
#include <cstring>
#include <utility>

namespace pier::win32 {
namespace {

struct Trailer {
    std::uint64_t mark;
    std::uint64_t size;
};
constexpr std::uint64_t ready = 0x70696572'6d656d31;  // "piermem1"

HANDLE raw(const SystemHandle& handle) noexcept {
    return reinterpret_cast<HANDLE>(static_cast<std::uintptr_t>(handle.get()));
}

SystemHandle owned(HANDLE handle) noexcept {
    return SystemHandle(NativeHandle{reinterpret_cast<std::uintptr_t>(handle)});
}

struct View {
    std::byte* data = nullptr;
    std::size_t room = 0;  // whole pages
};

Result<View> map(const SystemHandle& handle, MemoryAccess access) {
    const DWORD how = access == MemoryAccess::read_only ? FILE_MAP_READ : FILE_MAP_READ | FILE_MAP_WRITE;
    void* data = ::MapViewOfFile(raw(handle), how, 0, 0, 0);
    if (data == nullptr) return fail(name_error(::GetLastError()));
    MEMORY_BASIC_INFORMATION pages;
    if (::VirtualQuery(data, &pages, sizeof pages) == 0) {
        const DWORD code = ::GetLastError();
        (void)::UnmapViewOfFile(data);
        return fail(translate(code));
    }
    return View{static_cast<std::byte*>(data), pages.RegionSize};
}

// The size, where the object is ready.
Result<sys::Mapping> read_size(SystemHandle handle, View view, MemoryAccess access) {
    Trailer trailer{};
    if (view.room >= sizeof trailer) std::memcpy(&trailer, view.data + (view.room - sizeof trailer), sizeof trailer);
    if (trailer.mark != ready || trailer.size > view.room - sizeof trailer) {
        (void)::UnmapViewOfFile(view.data);
        return fail(Errc::name_not_found);
    }
    return sys::Mapping{std::move(handle), view.data, static_cast<std::size_t>(trailer.size), access};
}

}  // namespace

Error name_error(DWORD code) noexcept {
    switch (code) {
        case ERROR_FILE_NOT_FOUND:
            return {Errc::name_not_found, static_cast<std::int32_t>(code)};
        case ERROR_ALREADY_EXISTS:
        case ERROR_INVALID_HANDLE:  // an object of another kind, which somebody else must have made
            return {Errc::name_taken, static_cast<std::int32_t>(code)};
        // Of a mapping that is larger than what there is.
        case ERROR_COMMITMENT_LIMIT:
        case ERROR_DISK_FULL:
        case ERROR_FILE_TOO_LARGE:
        case ERROR_INVALID_PARAMETER:
        case ERROR_NO_SYSTEM_RESOURCES:
            return {Errc::not_enough_memory, static_cast<std::int32_t>(code)};
        default:
            return translate(code);
    }
}

Result<NamedMapping> make_mapping(const NamesLock&, const std::wstring& name, std::size_t size) {
    const std::uint64_t room = std::uint64_t{size} + sizeof(Trailer);
    ::SetLastError(ERROR_SUCCESS);
    SystemHandle handle =
        owned(::CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, static_cast<DWORD>(room >> 32),
                                   static_cast<DWORD>(room), name.empty() ? nullptr : name.c_str()));
    const DWORD code = ::GetLastError();
    if (raw(handle) == nullptr) {
        (void)handle.release();
        return fail(name_error(code));
    }
    auto view = map(handle, MemoryAccess::read_write);
    if (!view) return fail(view.error());
    NamedMapping made;
    if (code == ERROR_ALREADY_EXISTS) {
        auto mapping = read_size(std::move(handle), *view, MemoryAccess::read_write);
        // Its maker has died, and somebody who opened it has not noticed yet.
        if (!mapping) return fail(Errc::name_taken, ERROR_ALREADY_EXISTS);
        made.mapping = std::move(*mapping);
        return made;
    }
    const Trailer trailer{ready, size};
    std::memcpy(view->data + (view->room - sizeof trailer), &trailer, sizeof trailer);
    made.mapping = {std::move(handle), view->data, size, MemoryAccess::read_write};
    made.is_new = true;
    return made;
}

Result<sys::Mapping> open_mapping(const NamesLock&, const std::wstring& name, MemoryAccess access) {
    const DWORD how = access == MemoryAccess::read_only ? FILE_MAP_READ : FILE_MAP_READ | FILE_MAP_WRITE;
    HANDLE opened = ::OpenFileMappingW(how, FALSE, name.c_str());
    if (opened == nullptr) return fail(name_error(::GetLastError()));
    SystemHandle handle = owned(opened);
    auto view = map(handle, access);
    if (!view) return fail(view.error());
    return read_size(std::move(handle), *view, access);
}

}  // namespace pier::win32

namespace pier::sys {
namespace {

Result<std::wstring> wide_name(const IpcName& name) {
    auto text = system_name(IpcKind::shared_memory, name);
    if (!text) return fail(text.error());
    return win32::to_wide(*text);
}

}  // namespace

Result<Mapping> create_memory(const IpcName& name, std::size_t size, IpcCreation creation) {
    auto wide = wide_name(name);
    if (!wide) return fail(wide.error());
    auto lock = win32::NamesLock::take();
    if (!lock) return fail(lock.error());
    auto made = win32::make_mapping(*lock, *wide, size);
    if (!made) return fail(made.error());
    const bool as_asked = made->is_new || (creation == IpcCreation::or_open && made->mapping.size == size);
    if (as_asked) return std::move(made->mapping);
    unmap(made->mapping);
    return fail(Errc::name_taken, ERROR_ALREADY_EXISTS);
}

Result<Mapping> open_memory(const IpcName& name, MemoryAccess access) {
    auto wide = wide_name(name);
    if (!wide) return fail(wide.error());
    auto lock = win32::NamesLock::take();
    if (!lock) return fail(lock.error());
    return win32::open_mapping(*lock, *wide, access);
}

Result<Mapping> anonymous_memory(std::size_t size) {
    auto lock = win32::NamesLock::take();
    if (!lock) return fail(lock.error());
    auto made = win32::make_mapping(*lock, {}, size);
    if (!made) return fail(made.error());
    return std::move(made->mapping);
}

Result<Mapping> map_memory(SystemHandle handle, MemoryAccess access) {
    auto view = win32::map(handle, access);
    if (!view) return fail(Errc::invalid_argument, view.error().native);
    auto mapping = win32::read_size(std::move(handle), *view, access);
    if (!mapping) return fail(Errc::invalid_argument);
    return mapping;
}

// The system removes it with its last handle.
Result<void> remove_memory(const IpcName& name) {
    auto wide = wide_name(name);
    if (!wide) return fail(wide.error());
    HANDLE opened = ::OpenFileMappingW(FILE_MAP_READ, FALSE, wide->c_str());
    if (opened == nullptr) return fail(win32::name_error(::GetLastError()));
    (void)::CloseHandle(opened);
    return {};
}

void unmap(const Mapping& mapping) noexcept {
    if (mapping.data != nullptr) (void)::UnmapViewOfFile(mapping.data);
}

}  // namespace pier::sys
