// What the engines of overlapped operations have in common: descriptors, starting, cancelling, handing on what ended.
#pragma once

#include "engine/overlapped/accept_queue.hpp"
#include "engine/overlapped/lent_ahead.hpp"
#include "engine/overlapped/overlapped_ops.hpp"
#include "engine/watcher.hpp"

#include <pier/spi/descriptor_pool.hpp>
#include <pier/spi/engine.hpp>

namespace pier::win32 {

class OverlappedEngine : public spi::Engine {
public:
    enum class Files : bool { by_threads, by_engine };

    OverlappedEngine(const Means& means, spi::ChunkPool& chunks, Files files = Files::by_threads) noexcept
        : Engine({.accepted_crosses_loops = true,
                  .takes_pipes = true,
                  .takes_files = files == Files::by_engine,
                  .sends_files = true}),
          means_(means),
          chunks_(chunks) {}
    ~OverlappedEngine() override { OverlappedEngine::bury(); }

    Result<spi::Descriptor*> attach(spi::Accepted&& socket, spi::SocketKind kind) final;
    void release(spi::Descriptor& descriptor) noexcept final;
    void bury() noexcept final;
    spi::Progress start(spi::Operation& op) noexcept final;
    void cancel(spi::Operation& op) noexcept final;

protected:
    // Makes the socket known to the engine's mechanism. Not called for foreign sockets.
    virtual Result<void> associate(OverlappedDescriptor& descriptor) = 0;

    // The kernel has it from now on. Room for records() was the matter of associate().
    virtual void pending(OverlappedLane&) noexcept {}

    // For wait(), first: what start() found ready, or the watcher has told. True when there was something, so that
    // nothing is waited for. Once more after a wake, which may be the watcher's.
    bool hand_over(spi::Harvest& harvest) noexcept;
    // For wait(): the kernel is done with this record, says its status, or its routine.
    void ended(OverlappedLane& record, spi::Harvest& harvest) noexcept {
        if (record.accepts != nullptr) return accept_ended(static_cast<AcceptRecord&>(record), harvest);
        spi::Operation* op = record.op;
        follow(*op, conclude(record), harvest);
    }
    void reported(OverlappedLane& record, spi::Harvest& harvest) noexcept {
        spi::Operation* op = record.op;
        follow(*op, conclude_reported(record), harvest);
    }

    // How many the kernel can have at once, those of the descriptor that associate() is asked about among them.
    [[nodiscard]] std::size_t records() const noexcept {
        return 2 * pool_.live() + spi::limits::most_accept_calls * accept_queues_;
    }
    // For the destructor, while wait() still works. Every descriptor was released, so nothing should be owed; if
    // something is, it points into memory that goes next.
    void outlive_notices() noexcept;

    Means means_;

private:
    spi::Progress start_accept(spi::AcceptOperation& op) noexcept;
    void post_accepts(OverlappedDescriptor& d) noexcept;
    bool take_connection(spi::AcceptOperation& op) noexcept;
    void accept_ended(AcceptRecord& record, spi::Harvest& harvest) noexcept;
    void delete_accepts(AcceptQueue* queue) noexcept;
    void lend_ahead(spi::Operation& op) noexcept;
    spi::Progress take(spi::Operation& op) noexcept;
    bool can_be_tried(spi::Operation& op) noexcept;
    void leave_place(spi::Operation& op) noexcept;
    spi::Progress start_watch(spi::Operation& op) noexcept;
    spi::Progress start_connect(spi::AddressedOperation& op) noexcept;
    spi::Progress watch(spi::Operation& op) noexcept;
    static void watched(spi::Operation& op, const Error& error, spi::Harvest& harvest) noexcept;
    void follow(spi::Operation& op, const Outcome& concluded, spi::Harvest& harvest) noexcept;
    void count_pending(OverlappedLane& record) noexcept;

    spi::ChunkPool& chunks_;
    LentAhead lent_ahead_;
    spi::DescriptorPool<OverlappedDescriptor> pool_;
    spi::Queue<spi::Operation> ready_;
    spi::Queue<spi::Operation> cancelled_;  // accepts, of which the kernel has nothing
    std::size_t accept_queues_ = 0;
    AcceptQueue* closing_ = nullptr;    // a list of those whose listener is gone
    std::unique_ptr<Watcher> watcher_;  // from the first operation that needs it
    std::size_t owed_ = 0;              // notices, by the kernel
};

}  // namespace pier::win32
