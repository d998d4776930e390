// io_uring: operations are handed to the kernel in one call a turn, which also waits for the ends of earlier ones.
#pragma once

#include "address.hpp"
#include "uring_buffers.hpp"
#include "wake.hpp"

#include <pier/spi/descriptor_pool.hpp>
#include <pier/spi/engine.hpp>

#include <liburing.h>
#include <thread>
#include <vector>

namespace pier::posix {

struct UringDescriptor;

// What the kernel reads while a message or an address is under way. From the engine's pool, only for the verbs that
// need one.
struct UringMessage {
    msghdr header;
    iovec pieces[spi::most_buffers];
    Address address;
    UringMessage* next;
};

// The kernel's record of one direction. Its address, with the low bits as below, is the user data of its entries.
struct UringLane {
    UringDescriptor* owner = nullptr;
    UringMessage* message = nullptr;
    bool in_kernel = false;  // an entry of this lane owes a completion
    bool cancelled = false;  // by us: ECANCELED without it is a lost submitter, and the operation is submitted again
    bool polling = false;    // the entry is a POLL_ADD, for a kernel that refuses to wait on a non-blocking socket
};

struct UringDescriptor : spi::Descriptor {
    UringLane kernel[2];
    std::vector<int> accepted;  // a listener's: connections nobody asked for yet, newest last
    std::size_t accepted_from = 0;
    bool multishot = false;  // an accept of the listener is armed
    bool full = false;       // ... was cancelled because `accepted` is full
    bool released = false;   // closed as soon as the kernel owes nothing
};

class UringEngine final : public spi::Engine {
public:
    explicit UringEngine(spi::ChunkPool& chunks, Wake wake) noexcept;
    ~UringEngine() override;

    // Tries whether a ring can be had, on this thread. 0 or a negative errno.
    [[nodiscard]] int open() noexcept;

    Result<spi::Descriptor*> attach(spi::Accepted&& socket, spi::SocketKind kind) override;
    void release(spi::Descriptor& descriptor) noexcept override;
    void bury() noexcept override;
    spi::Started start(spi::Operation& op) noexcept override;
    void cancel(spi::Operation& op) noexcept override;
    Result<void> wait(Time until, spi::Harvest& harvest) override;
    void wake() noexcept override { wake_.wake(); }

private:
    static constexpr unsigned submissions = 1024;
    static constexpr unsigned completions = 16384;
    static constexpr std::size_t most_accepted = 256;

    // Low bits of the user data.
    enum Tag : std::uint64_t { lane_tag = 0, accept_tag = 1, wake_tag = 2, no_tag = 3, tag_mask = 3 };

    void close_ring() noexcept;
    void move_to_this_thread() noexcept;
    [[nodiscard]] io_uring_sqe* entry() noexcept;
    void watch_wake() noexcept;
    [[nodiscard]] bool ask_to_cancel(UringLane& lane) noexcept;
    void make_up() noexcept;

    [[nodiscard]] UringMessage* message_for(UringLane& lane) noexcept;
    void recycle_message(UringLane& lane) noexcept;
    bool prepare(io_uring_sqe& sqe, spi::Operation& op, UringLane& lane) noexcept;
    bool prepare_message(io_uring_sqe& sqe, spi::Operation& op, UringLane& lane) noexcept;
    bool submit_poll(spi::Operation& op, UringLane& lane) noexcept;

    void completed(const io_uring_cqe& cqe, spi::Harvest& harvest) noexcept;
    void lane_completed(UringLane& lane, const io_uring_cqe& cqe, spi::Harvest& harvest) noexcept;
    void conclude(spi::Operation& op, UringLane& lane, int result, std::uint32_t flags, spi::Harvest& harvest) noexcept;

    // uring_accept.cpp
    spi::Started start_accept(spi::AcceptOperation& op) noexcept;
    bool arm_accept(UringDescriptor& d) noexcept;
    void accept_completed(UringDescriptor& d, const io_uring_cqe& cqe, spi::Harvest& harvest) noexcept;
    [[nodiscard]] bool take_accepted(UringDescriptor& d, spi::AcceptOperation& op) noexcept;
    bool cancel_accept(UringDescriptor& d) noexcept;
    void close_when_idle(UringDescriptor& d) noexcept;

    spi::ChunkPool& chunks_;
    Wake wake_;
    io_uring ring_{};
    bool open_ = false;
    std::thread::id thread_{};
    UringBuffers buffers_;
    spi::DescriptorPool<UringDescriptor> pool_;
    spi::Queue<spi::Descriptor> graves_;
    bool wake_watched_ = false;
    spi::Queue<spi::Operation> uncancelled_;  // the kernel is not asked yet: no entry was free
    spi::Queue<spi::Operation> finished_;     // ended outside of wait: cancelled before the kernel had them
    UringMessage* free_messages_ = nullptr;
    std::uint64_t in_kernel_ = 0;  // lanes and accepts that owe a completion
};

}  // namespace pier::posix
