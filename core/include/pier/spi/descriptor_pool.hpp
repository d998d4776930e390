// Pinned descriptors, recycled. Memory is kept until the pool goes: the peak is what an engine once needed.
#pragma once

#include <pier/process/system_handle.hpp>
#include <pier/spi/descriptor.hpp>
#include <pier/sys/socket.hpp>

#include <cstddef>
#include <memory>
#include <new>
#include <vector>

namespace pier::spi {

// D derives from Descriptor and is default-constructible. One thread.
template <class D>
class DescriptorPool {
public:
    DescriptorPool() = default;
    DescriptorPool(const DescriptorPool&) = delete;
    DescriptorPool& operator=(const DescriptorPool&) = delete;
    ~DescriptorPool() { require(live_ == 0, "an engine was destroyed while descriptors were attached to it"); }

    // Null when memory is short.
    D* acquire() noexcept {
        if (free_ == nullptr && !grow()) return nullptr;
        Cell* cell = free_;
        free_ = cell->next;
        ++live_;
        return ::new (static_cast<void*>(cell->space)) D();
    }
    // The begin of an attach: a descriptor with the socket, its kind and its peer. `from` still owns a socket of ours,
    // so that it is closed where the rest fails; the end of an attach takes it. A pipe, which its owner keeps until
    // then, and one of another owner are given up at once. Null when memory is short.
    D* acquire(Accepted& from, SocketKind kind) noexcept {
        const bool stays_owners = kind == SocketKind::foreign || kind == SocketKind::pipe;
        const NativeSocket socket = stays_owners ? from.take_socket() : from.socket();
        D* descriptor = acquire();
        if (descriptor == nullptr) return nullptr;
        descriptor->socket = socket;
        descriptor->kind = kind;
        descriptor->peer = from.peer();
        return descriptor;
    }
    // Of one that no operation and no event will come for any more; a foreign socket goes back to its owner as it is.
    void close(D& descriptor) noexcept {
        if (descriptor.kind == SocketKind::pipe) [[unlikely]] {
            sys::close_handle(NativeHandle{static_cast<std::uintptr_t>(descriptor.socket)});
        } else if (descriptor.kind != SocketKind::foreign) {
            sys::close(descriptor.socket);
        }
        retire(descriptor);
    }
    // The same of a socket that is closed already, or will be. The batch at hand may still hold operations and events
    // of it, so it is recycled by bury().
    void retire(D& descriptor) noexcept {
        descriptor.socket = no_socket;
        graves_.push(descriptor);
    }
    void bury() noexcept {
        while (Descriptor* descriptor = graves_.pop()) recycle(static_cast<D&>(*descriptor));
    }
    void recycle(D& descriptor) noexcept {
        descriptor.~D();
        auto* cell = reinterpret_cast<Cell*>(&descriptor);
        cell->next = free_;
        free_ = cell;
        --live_;
    }
    [[nodiscard]] std::size_t live() const noexcept { return live_; }

private:
    union Cell {
        Cell() noexcept : next(nullptr) {}
        Cell* next;
        alignas(D) std::byte space[sizeof(D)];
    };
    static constexpr std::size_t slab = limits::descriptor_slab;

    bool grow() noexcept {
        try {
            slabs_.push_back(std::make_unique<Cell[]>(slab));
        } catch (const std::bad_alloc&) {
            return false;
        }
        for (std::size_t i = slab; i-- > 0;) {
            Cell& cell = slabs_.back()[i];
            cell.next = free_;
            free_ = &cell;
        }
        return true;
    }

    std::vector<std::unique_ptr<Cell[]>> slabs_;
    Cell* free_ = nullptr;
    Queue<Descriptor> graves_;
    std::size_t live_ = 0;
};

}  // namespace pier::spi
