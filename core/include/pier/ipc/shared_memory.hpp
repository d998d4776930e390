// Memory that processes share.
#pragma once

#include <pier/ipc/creation.hpp>
#include <pier/ipc/name.hpp>
#include <pier/process/system_handle.hpp>
#include <pier/result.hpp>
#include <pier/sys/ipc/memory.hpp>

#include <cstddef>
#include <span>
#include <utility>

namespace pier {

// A piece of memory that other processes see, too, by its name or because they have inherited its handle. For example
//   auto name = IpcName::parse("frames");
//   auto made = SharedMemory::create(*name, 1 << 20);          // in one process
//   auto seen = SharedMemory::open(*name, MemoryAccess::read_only);  // in another one
//
// Only this user may open it (mode 0600; on Windows the default security of the process). All pages are there from the
// start, so a later access needs no memory that could be lacking. Nothing orders accesses of several processes: use a
// NamedMutex, a NamedSemaphore or std::atomic.
//
// What stays behind: on POSIX the memory is there until remove(), or the next start of the machine, whoever has died
// before. On Windows it is there while somebody has it open.
//
// Move-only; the bytes stay where they are when it moves. Any thread, one at a time; the bytes are everybody's.
// Sources: shm_open(3), mmap(2), fallocate(2), memfd_create(2); CreateFileMapping and MapViewOfFile at Microsoft.
class SharedMemory {
public:
    // Of `size` bytes, all 0. What is there already is opened if it has that size (or_open). BLOCKS while the system
    // takes the memory, and while another process of the user makes or opens an object.
    // Errors: name_taken; invalid_argument for size 0; not_enough_memory for more than there is, also where /dev/shm is
    // full; permission_denied when it is another user's; too_many_files_open; what the system says.
    [[nodiscard]] static Result<SharedMemory> create(const IpcName& name, std::size_t size,
                                                     IpcCreation creation = IpcCreation::exclusive);
    // Of the size that it was made with. Errors: name_not_found; and those of create().
    [[nodiscard]] static Result<SharedMemory> open(const IpcName& name, MemoryAccess access = MemoryAccess::read_write);
    // Without a name, for a child process that inherits the handle (ProcessOptions::inherited) and calls adopt().
    [[nodiscard]] static Result<SharedMemory> anonymous(std::size_t size);
    // By the handle of an anonymous one, which this then owns. Errors: invalid_argument for a handle of something else.
    [[nodiscard]] static Result<SharedMemory> adopt(SystemHandle handle,
                                                    MemoryAccess access = MemoryAccess::read_write);
    // The name is free again; who has the memory open keeps it. On Windows this does nothing but look: the name goes
    // with the last one who has it open. Errors: name_not_found, permission_denied.
    [[nodiscard]] static Result<void> remove(const IpcName& name);

    SharedMemory() = default;
    SharedMemory(SharedMemory&& other) noexcept : mapping_(std::exchange(other.mapping_, {})) {}
    SharedMemory& operator=(SharedMemory&& other) noexcept {
        SharedMemory moved(std::move(other));
        std::swap(mapping_, moved.mapping_);
        return *this;
    }
    ~SharedMemory() { sys::unmap(mapping_); }

    [[nodiscard]] bool valid() const noexcept { return mapping_.data != nullptr; }
    // In bytes, as it was made: not rounded to pages.
    [[nodiscard]] std::size_t size() const noexcept { return mapping_.size; }
    // Empty where it may only be read.
    [[nodiscard]] std::span<std::byte> bytes() const noexcept {
        if (mapping_.access == MemoryAccess::read_only) return {};
        return {mapping_.data, mapping_.size};
    }
    [[nodiscard]] std::span<const std::byte> view() const noexcept { return {mapping_.data, mapping_.size}; }
    [[nodiscard]] const SystemHandle& handle() const noexcept { return mapping_.handle; }

private:
    explicit SharedMemory(sys::Mapping&& mapping) noexcept : mapping_(std::move(mapping)) {}

    sys::Mapping mapping_;
};

}  // namespace pier
