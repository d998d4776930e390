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

struct View {
    std::byte* data = nullptr;
    std::size_t room = 0;  // whole pages
};

DWORD rights_of(MemoryAccess access) noexcept {
    return access == MemoryAccess::read_only ? FILE_MAP_READ : FILE_MAP_READ | FILE_MAP_WRITE;
}

Result<View> map(const SystemHandle& handle, MemoryAccess access) {
    void* data = ::MapViewOfFile(raw(handle), rights_of(access), 0, 0, 0);
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

// Writes the size into a new mapping.
Result<sys::Mapping> finish(SystemHandle handle, std::size_t size) {
    auto view = map(handle, MemoryAccess::read_write);
    if (!view) return fail(view.error());
    const Trailer trailer{ready, size};
    std::memcpy(view->data + (view->room - sizeof trailer), &trailer, sizeof trailer);
    return sys::Mapping{std::move(handle), view->data, size, MemoryAccess::read_write};
}

HANDLE create_mapping(SECURITY_ATTRIBUTES* attributes, const wchar_t* name, std::size_t size) noexcept {
    const std::uint64_t room = std::uint64_t{size} + sizeof(Trailer);
    return ::CreateFileMappingW(INVALID_HANDLE_VALUE, attributes, PAGE_READWRITE, static_cast<DWORD>(room >> 32),
                                static_cast<DWORD>(room), name);
}

Result<SystemHandle> open_own_mapping(const std::wstring& name, DWORD rights) {
    return own_opened(::OpenFileMappingW(rights | READ_CONTROL, FALSE, name.c_str()));
}

}  // namespace

Result<NamedMapping> make_mapping(const NamesLock&, const std::wstring& name, std::size_t size) {
    auto object =
        make_own([&](SECURITY_ATTRIBUTES* attributes) { return create_mapping(attributes, name.c_str(), size); });
    if (!object) return fail(object.error());
    if (object->is_new) {
        auto mapping = finish(std::move(object->handle), size);
        if (!mapping) return fail(mapping.error());
        return NamedMapping{std::move(*mapping), true};
    }
    auto view = map(object->handle, MemoryAccess::read_write);
    if (!view) return fail(view.error());
    auto mapping = read_size(std::move(object->handle), *view, MemoryAccess::read_write);
    // Its maker has died, and somebody who opened it has not noticed yet.
    if (!mapping) return fail(Errc::name_taken, ERROR_ALREADY_EXISTS);
    return NamedMapping{std::move(*mapping), false};
}

Result<sys::Mapping> open_mapping(const NamesLock&, const std::wstring& name, MemoryAccess access) {
    auto handle = open_own_mapping(name, rights_of(access));
    if (!handle) return fail(handle.error());
    auto view = map(*handle, access);
    if (!view) return fail(view.error());
    return read_size(std::move(*handle), *view, access);
}

Result<sys::Mapping> anonymous_mapping(std::size_t size) {
    const HANDLE made = create_mapping(nullptr, nullptr, size);
    if (made == nullptr) return fail(name_error(::GetLastError()));
    return finish(system_handle(made), size);
}

Result<void> find_mapping(const std::wstring& name) {
    auto opened = open_own_mapping(name, FILE_MAP_READ);
    if (!opened) return fail(opened.error());
    return {};
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

Result<Mapping> anonymous_memory(std::size_t size) { return win32::anonymous_mapping(size); }

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
    return win32::find_mapping(*wide);
}

void unmap(const Mapping& mapping) noexcept {
    if (mapping.data != nullptr) (void)::UnmapViewOfFile(mapping.data);
}

}  // namespace pier::sys
