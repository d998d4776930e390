// What the engines of overlapped operations have in common: descriptors, starting, cancelling, handing on what ended.
#pragma once

#include "overlapped_ops.hpp"

#include <pier/spi/descriptor_pool.hpp>
#include <pier/spi/engine.hpp>

namespace pier::win32 {

class OverlappedEngine : public spi::Engine {
public:
    OverlappedEngine(const Extensions& extensions, spi::ChunkPool& chunks) noexcept
        : Engine({.accepted_crosses_loops = true}), extensions_(extensions), chunks_(chunks) {}
    ~OverlappedEngine() override { OverlappedEngine::bury(); }

    Result<spi::Descriptor*> attach(spi::Accepted&& socket, spi::SocketKind kind) final;
    void release(spi::Descriptor& descriptor) noexcept final;
    void bury() noexcept final;
    spi::Started start(spi::Operation& op) noexcept final;
    void cancel(spi::Operation& op) noexcept final { request_cancel(op); }

protected:
    // Makes the socket known to the engine's mechanism. Not called for foreign sockets.
    virtual Result<void> associate(OverlappedDescriptor& descriptor) = 0;

    // For wait(), first: what start() found ready. True when there was something, so that nothing is waited for.
    bool hand_over(spi::Harvest& harvest) noexcept;
    // For wait(): the kernel is done with this record.
    void ended(OverlappedLane& record, spi::Harvest& harvest) noexcept;

    // Notices that the kernel owes.
    [[nodiscard]] std::size_t owed() const noexcept { return owed_; }

private:
    spi::Started start_lent(spi::Operation& op) noexcept;

    const Extensions extensions_;
    spi::ChunkPool& chunks_;
    spi::DescriptorPool<OverlappedDescriptor> pool_;
    spi::Queue<spi::Descriptor> graves_;
    spi::Queue<spi::Operation> ready_;
    std::size_t owed_ = 0;
};

}  // namespace pier::win32
