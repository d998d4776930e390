// io_uring: operations are handed to the kernel in one call a turn, which also waits for the ends of earlier ones.
#pragma once

#include "engine/uring/uring_ahead.hpp"
#include "engine/uring/uring_buffers.hpp"
#include "engine/wake.hpp"
#include "socket/address.hpp"

#include <pier/spi/descriptor_pool.hpp>
#include <pier/spi/engine.hpp>

#include <liburing.h>
#include <optional>

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
    UringEntry entry;
    bool released = false;  // closed as soon as the kernel owes nothing
    AcceptedAhead accepted;
    ReceivedAhead received;
};

class UringEngine final : public spi::Engine {
public:
    explicit UringEngine(spi::ChunkPool& chunks, Wake wake) noexcept;
    ~UringEngine() override;

    // Sets up the ring of this thread's runs. 0 or a negative errno.
    [[nodiscard]] int open() noexcept;

    Result<void> begin_run() override;
    void end_run() noexcept override;
    Result<spi::Descriptor*> attach(spi::Accepted&& socket, spi::SocketKind kind) override;
    void release(spi::Descriptor& descriptor) noexcept override;
    void bury() noexcept override;
    Result<void> let_go(spi::Descriptor& stream) noexcept override;
    Result<void> keep_urgent(spi::Descriptor& stream) noexcept override;
    bool close_released() noexcept override;
    // The loop tries an accept itself after an entry has found no descriptor, and where nothing is accepted ahead.
    Result<void> room_to_accept() override {
        (void)close_released();
        return {};
    }
    spi::Progress start(spi::Operation& op) noexcept override;
    void cancel(spi::Operation& op) noexcept override;
    Result<void> start_file(spi::FileOperation& op) noexcept override;
    void cancel_file(spi::FileOperation& op) noexcept override;
    Result<void> wait(Time until, spi::Harvest& harvest) override;
    void wake() noexcept override { wake_.wake(); }

private:
    // Low bits of the user data.
    enum Tag : std::uint64_t { lane_tag, accept_tag, receive_tag, wake_tag, no_tag, file_tag, tag_mask = 7 };

    void arm(io_uring_sqe& sqe, UringDescriptor& d, Tag tag) noexcept;
    void disarmed(UringDescriptor& d) noexcept;
    [[nodiscard]] static spi::Operation* waiting_for_entry(UringDescriptor& d) noexcept;

    void close_ring() noexcept;
    [[nodiscard]] Result<void> move_to_this_thread();
    [[nodiscard]] bool closes_later() const noexcept { return !disarming_.empty() || io_uring_sq_ready(&ring_) > 0; }
    // The kernel may still do something that is not reaped.
    [[nodiscard]] bool owes() const noexcept { return in_kernel_ + armed_ > 0 || wake_watched_; }
    [[nodiscard]] spi::Progress begin_again(spi::Operation& op) noexcept;
    Result<void> enter(Time until, spi::Harvest& harvest) noexcept;
    [[nodiscard]] io_uring_sqe* entry() noexcept;
    void watch_wake() noexcept;
    [[nodiscard]] bool ask_to_cancel(const void* owner, Tag tag) noexcept;
    void ask_to_cancel_all() noexcept;
    void make_up() noexcept;

    [[nodiscard]] spi::Progress start_pipe(spi::Operation& op, UringLane& lane) noexcept;
    bool submit_poll(spi::Operation& op, UringLane& lane) noexcept;

    void reap(spi::Harvest& harvest) noexcept;
    void completed(const io_uring_cqe& cqe, spi::Harvest& harvest) noexcept;
    void lane_completed(UringLane& lane, const io_uring_cqe& cqe, spi::Harvest& harvest) noexcept;
    void conclude(spi::Operation& op, UringLane& lane, int result, std::uint32_t flags, spi::Harvest& harvest) noexcept;

    // uring_prepare.cpp
    [[nodiscard]] UringMessage* message_for(UringLane& lane) noexcept;
    void recycle_message(UringLane& lane) noexcept;
    bool prepare(io_uring_sqe& sqe, spi::Operation& op, UringLane& lane) noexcept;
    bool prepare_message(io_uring_sqe& sqe, spi::Operation& op, UringLane& lane) noexcept;

    // uring_accept.cpp
    spi::Progress start_accept(spi::AcceptOperation& op) noexcept;
    bool arm_accept(UringDescriptor& d) noexcept;
    bool wait_to_accept(spi::AcceptOperation& op, UringDescriptor& d) noexcept;
    void accept_completed(UringDescriptor& d, const io_uring_cqe& cqe, spi::Harvest& harvest) noexcept;
    [[nodiscard]] bool take_accepted(UringDescriptor& d, spi::AcceptOperation& op) noexcept;
    void close_when_idle(UringDescriptor& d) noexcept;

    // uring_file.cpp
    [[nodiscard]] spi::Progress start_send_file(spi::Operation& op, UringLane& lane) noexcept;
    void file_completed(spi::FileOperation& op, const io_uring_cqe& cqe, spi::Harvest& harvest) noexcept;

    // uring_unix.cpp
    [[nodiscard]] std::optional<spi::Progress> start_unix(spi::Operation& op, UringLane& lane) noexcept;

    // uring_receive.cpp
    [[nodiscard]] std::optional<spi::Progress> start_receive(spi::Operation& op) noexcept;
    void receive_completed(UringDescriptor& d, const io_uring_cqe& cqe, spi::Harvest& harvest) noexcept;
    static void tell_if_dead(const UringDescriptor& d) noexcept;
    void disarm_receive(UringDescriptor& d) noexcept;
    [[nodiscard]] spi::Progress poll_for_receive(spi::Operation& op) noexcept;

    spi::ChunkPool& chunks_;
    Wake wake_;
    io_uring ring_{};
    bool open_ = false;
    bool registered_ = false;  // among the running thread's rings
    bool running_ = false;     // between begin_run() and end_run()
    UringBuffers buffers_;
    UringPieces pieces_;
    spi::DescriptorPool<UringDescriptor> pool_;
    spi::Queue<spi::Descriptor> disarming_;  // released, while their multishot entry is cancelled
    bool wake_watched_ = false;
    spi::Queue<spi::Operation> uncancelled_;  // the kernel is not asked yet: no entry was free
    spi::Queue<spi::Operation> interrupted_;  // by the end of a run: the next one submits them again
    spi::Harvest early_;                      // ended outside of wait()
    UringMessage* free_messages_ = nullptr;
    std::uint64_t in_kernel_ = 0;    // lanes that owe a completion
    std::uint64_t armed_ = 0;        // multishot entries
    bool multishot_receive_ = true;  // Linux 6.0
};

}  // namespace pier::posix
