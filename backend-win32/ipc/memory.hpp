// Objects of shared memory: memory itself, and what a mutex and a queue keep beside their objects.
#pragma once

#include "ipc/names_lock.hpp"
#include "ipc/own_object.hpp"

#include <pier/result.hpp>
#include <pier/sys/ipc/memory.hpp>

#include <cstddef>
#include <string>

namespace pier::win32 {

// The system rounds a mapping's size up to pages and doesn't tell the one that it was made with. So that stands in the
// last bytes of the last page, behind a mark which says that the object is ready. The lock keeps others from seeing the
// time before that.
struct NamedMapping {
    sys::Mapping mapping;
    bool is_new = false;
};
// With is_new == false the size may be another one than that asked for. Errors: those of make_own().
[[nodiscard]] Result<NamedMapping> make_mapping(const NamesLock&, const std::wstring& name, std::size_t size);
// Errors: those of own_opened(), such as name_not_found.
[[nodiscard]] Result<sys::Mapping> open_mapping(const NamesLock&, const std::wstring& name, MemoryAccess access);
// Without a name. Errors: not_enough_memory; what the system says.
[[nodiscard]] Result<sys::Mapping> anonymous_mapping(std::size_t size);
// Whether there is one. Errors: as above.
[[nodiscard]] Result<void> find_mapping(const std::wstring& name);

}  // namespace pier::win32
