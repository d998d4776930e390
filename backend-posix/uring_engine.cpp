#include "uring_engine.hpp"

#include "error.hpp"
#include "pieces.hpp"
#include "uring.hpp"

#include <pier/spi/sys.hpp>

#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <new>

namespace pier::posix {

using spi::AcceptOperation;
using spi::AddressedOperation;
using spi::Descriptor;
using spi::Direction;
using spi::Operation;
using spi::SocketKind;
using spi::Stage;
using spi::Started;
using spi::Verb;

namespace {

UringDescriptor& of(Descriptor& d) noexcept { return static_cast<UringDescriptor&>(d); }

UringLane& lane_of(const Operation& op) noexcept {
    return of(*op.descriptor).kernel[static_cast<std::size_t>(op.lane_direction())];
}

// Newer flags first; a kernel refuses those it doesn't know.
int set_up(io_uring& ring, unsigned submissions, unsigned completions) noexcept {
    constexpr unsigned attempts[] = {
        IORING_SETUP_SINGLE_ISSUER |
            IORING_SETUP_DEFER_TASKRUN,  // Linux 6.1: no interruptions, completions inside enter
        IORING_SETUP_COOP_TASKRUN,       // 5.19
        0,
    };
    int failed = -EINVAL;
    for (unsigned flags : attempts) {
        io_uring_params parameters{};
        parameters.flags = flags | IORING_SETUP_CQSIZE;
        parameters.cq_entries = completions;
        failed = io_uring_queue_init_params(submissions, &ring, &parameters);
        if (failed != -EINVAL) break;
    }
    return failed;
}

}  // namespace

UringEngine::UringEngine(spi::ChunkPool& chunks, Wake wake) noexcept
    : Engine({.accepted_crosses_loops = true}), chunks_(chunks), wake_(std::move(wake)) {}

UringEngine::~UringEngine() {
    // What release() left to the kernel comes to its end first.
    spi::Harvest none;
    for (int rounds = 0; open_ && in_kernel_ + armed_ > 0 && rounds < 1000; ++rounds) {
        if (!wait(sys::now() + std::chrono::milliseconds(10), none)) break;
    }
    close_ring();
    bury();
    while (free_messages_ != nullptr) delete std::exchange(free_messages_, free_messages_->next);
    while (free_pieces_ != nullptr) delete std::exchange(free_pieces_, free_pieces_->next);
}

int UringEngine::open() noexcept {
    int failed = set_up(ring_, submissions, completions);
    if (failed != 0) return failed;
    open_ = true;
    thread_ = std::this_thread::get_id();
    io_uring_register_ring_fd(&ring_);  // only saves the look-up of the descriptor at each enter
    if (int refused = buffers_.open(ring_, chunks_); refused != 0) {
        close_ring();
        return refused;
    }
    watch_wake();
    return 0;
}

void UringEngine::close_ring() noexcept {
    if (!open_) return;
    io_uring_submit(&ring_);  // closes that were only prepared
    buffers_.close(ring_);
    io_uring_queue_exit(&ring_);
    open_ = false;
}

// The kernel binds a ring to its first submitter (IORING_SETUP_SINGLE_ISSUER); a loop may be run by another thread
// later. It is idle then.
void UringEngine::move_to_this_thread() noexcept {
    spi::require(in_kernel_ == 0, "a loop changed its thread while operations were in flight");
    // Multishot entries end with the old ring; what they have brought is kept. They are armed again when somebody asks.
    thread_ = std::this_thread::get_id();
    spi::Harvest none;
    reap(none);
    ++ring_number_;
    armed_ = 0;
    close_ring();
    spi::require(open() == 0, "io_uring can't be opened again on another thread");
    while (Descriptor* d = disarming_.pop()) close_when_idle(of(*d));
}

io_uring_sqe* UringEngine::entry() noexcept {
    if (thread_ != std::this_thread::get_id()) [[unlikely]]
        move_to_this_thread();
    io_uring_sqe* sqe = io_uring_get_sqe(&ring_);
    if (sqe == nullptr) {
        io_uring_submit(&ring_);
        sqe = io_uring_get_sqe(&ring_);
    }
    return sqe;
}

void UringEngine::watch_wake() noexcept {
    io_uring_sqe* sqe = entry();
    wake_watched_ = sqe != nullptr;
    if (sqe == nullptr) return;
    io_uring_prep_poll_multishot(sqe, wake_.descriptor(), POLLIN);
    io_uring_sqe_set_data64(sqe, wake_tag);
}

Result<Descriptor*> UringEngine::attach(spi::Accepted&& socket, SocketKind kind) {
    spi::Accepted owned(std::move(socket));
    UringDescriptor* d = pool_.acquire();
    if (d == nullptr) {
        if (kind == SocketKind::foreign) (void)owned.take_socket();
        return fail(Errc::not_enough_memory);
    }
    d->peer = owned.peer();
    d->kind = kind;
    d->kernel[0].owner = d->kernel[1].owner = d;
    d->socket = owned.take_socket();
    return d;
}

void UringEngine::arm(io_uring_sqe& sqe, UringDescriptor& d, Tag tag) noexcept {
    io_uring_sqe_set_data64(&sqe, reinterpret_cast<std::uintptr_t>(&d) | tag);
    d.armed_in = ring_number_;
    ++armed_;
}

void UringEngine::disarmed(UringDescriptor& d) noexcept {
    if (d.released) disarming_.remove(d);
    d.armed_in = 0;
    --armed_;
}

// The operation that waits for what a multishot entry brings.
Operation* UringEngine::waiting_for_entry(UringDescriptor& d) noexcept {
    Operation* first = d.lane(Direction::read).first;
    bool waits = first != nullptr && first->stage == Stage::in_flight && !first->has(Operation::harvested) &&
                 !d.kernel[0].in_kernel;
    return waits ? first : nullptr;
}

void UringEngine::release(Descriptor& descriptor) noexcept {
    UringDescriptor& d = of(descriptor);
    d.released = true;
    if (armed(d)) {
        // A shutdown ends the entry, too. A listener's at once, not with the next batch: the port must be free when the
        // caller's close() returns. A stream's only if the kernel can't be asked.
        bool listens = d.kind == SocketKind::listener;
        if (listens) shutdown(descriptor_of(d.socket), SHUT_RDWR);
        if (!ask_to_cancel(&d, listens ? accept_tag : receive_tag) && !listens) {
            shutdown(descriptor_of(d.socket), SHUT_RD);
        }
        disarming_.push(d);
    }
    close_when_idle(d);
}

void UringEngine::close_when_idle(UringDescriptor& d) noexcept {
    if (!d.released || armed(d) || d.kernel[0].in_kernel || d.kernel[1].in_kernel) return;
    drop_received(d);
    for (UringLane& lane : d.kernel) recycle_message(lane);
    for (; d.accepted_from < d.accepted.size(); ++d.accepted_from) close(d.accepted[d.accepted_from]);
    io_uring_sqe* sqe = d.kind == SocketKind::stream ? entry() : nullptr;
    if (sqe != nullptr) {
        // With the next batch: a call less. Streams only: whoever closes a listener may bind its port in the next line.
        io_uring_prep_close(sqe, descriptor_of(d.socket));
        sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
        io_uring_sqe_set_data64(sqe, no_tag);
    } else if (d.kind != SocketKind::foreign) {
        sys::close(d.socket);
    }
    d.socket = spi::no_socket;
    graves_.push(d);
}

void UringEngine::bury() noexcept {
    while (Descriptor* d = graves_.pop()) pool_.recycle(of(*d));
}

UringMessage* UringEngine::message_for(UringLane& lane) noexcept {
    if (lane.message != nullptr) return lane.message;
    if (free_messages_ != nullptr) {
        lane.message = std::exchange(free_messages_, free_messages_->next);
    } else {
        lane.message = new (std::nothrow) UringMessage;
    }
    return lane.message;
}

void UringEngine::recycle_message(UringLane& lane) noexcept {
    if (lane.message == nullptr) return;
    lane.message->next = free_messages_;
    free_messages_ = std::exchange(lane.message, nullptr);
}

Started UringEngine::start(Operation& op) noexcept {
    if (op.verb == Verb::accept) return start_accept(static_cast<AcceptOperation&>(op));
    UringLane& lane = lane_of(op);
    lane.cancelled = false;
    lane.polling = false;
    if (auto started = start_receive(op)) return *started;
    io_uring_sqe* sqe = entry();
    if (sqe == nullptr) {
        op.finish(Error{Errc::no_buffer_space, 0});
        return Started::finished;
    }
    if (!prepare(*sqe, op, lane)) {
        // The entry is taken already: it must do nothing.
        io_uring_prep_nop(sqe);
        sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
        io_uring_sqe_set_data64(sqe, no_tag);
        return Started::finished;
    }
    io_uring_sqe_set_data64(sqe, reinterpret_cast<std::uintptr_t>(&lane) | lane_tag);
    lane.in_kernel = true;
    ++in_kernel_;
    return Started::pending;
}

// False: op has finished.
bool UringEngine::prepare(io_uring_sqe& sqe, Operation& op, UringLane& lane) noexcept {
    int socket = descriptor_of(op.descriptor->socket);
    switch (op.verb) {
        case Verb::receive:
            if (op.has(Operation::lend)) {
                io_uring_prep_recv(&sqe, socket, nullptr, 0, 0);
                sqe.flags |= IOSQE_BUFFER_SELECT;
                sqe.buf_group = UringBuffers::group;
            } else if (op.has(Operation::vectored)) {
                return prepare_message(sqe, op, lane);
            } else {
                io_uring_prep_recv(&sqe, socket, op.buffer, op.length, 0);
            }
            // Data is rarely there already: a first try would only be told so.
            sqe.ioprio |= IORING_RECVSEND_POLL_FIRST;
            return true;
        case Verb::send:
            if (op.has(Operation::vectored)) return prepare_message(sqe, op, lane);
            io_uring_prep_send(&sqe, socket, op.buffer, op.length,
                               op.has(Operation::whole) ? MSG_NOSIGNAL | MSG_WAITALL : MSG_NOSIGNAL);
            return true;
        case Verb::receive_from:
        case Verb::send_to:
            return prepare_message(sqe, op, lane);
        case Verb::wait:
            io_uring_prep_poll_add(&sqe, socket, op.has(Operation::waits_writable) ? POLLOUT : POLLIN);
            return true;
        case Verb::connect: {
            auto& connect = static_cast<AddressedOperation&>(op);
            UringMessage* message = message_for(lane);
            if (connect.endpoint.port() == 0 || message == nullptr) {
                op.finish(Error{message == nullptr ? Errc::not_enough_memory : Errc::invalid_argument, 0});
                return false;
            }
            Endpoint target = connect.endpoint;
            if (target.is_any()) target = Endpoint::loopback(target.family(), target.port());
            socklen_t length = to_native(target, message->address);
            io_uring_prep_connect(&sqe, socket, &message->address.any, length);
            return true;
        }
        case Verb::accept:
        case Verb::none:
            break;
    }
    op.finish(Error{Errc::not_supported, 0});
    return false;
}

bool UringEngine::prepare_message(io_uring_sqe& sqe, Operation& op, UringLane& lane) noexcept {
    UringMessage* message = message_for(lane);
    if (message == nullptr) {
        op.finish(Error{Errc::not_enough_memory, 0});
        return false;
    }
    message->header = {};
    message->header.msg_iovlen = collect(op, message->pieces);
    message->header.msg_iov = message->pieces;
    int socket = descriptor_of(op.descriptor->socket);
    if (op.verb == Verb::receive_from) {
        message->header.msg_name = &message->address;
        message->header.msg_namelen = sizeof message->address;
    } else if (op.verb == Verb::send_to) {
        socklen_t length = to_native(static_cast<AddressedOperation&>(op).endpoint, message->address);
        message->header.msg_name = length != 0 ? &message->address : nullptr;
        message->header.msg_namelen = length;
    }
    if (op.verb == Verb::receive || op.verb == Verb::receive_from) {
        io_uring_prep_recvmsg(&sqe, socket, &message->header, 0);
    } else {
        io_uring_prep_sendmsg(&sqe, socket, &message->header, MSG_NOSIGNAL);
    }
    return true;
}

bool UringEngine::submit_poll(Operation& op, UringLane& lane) noexcept {
    io_uring_sqe* sqe = entry();
    if (sqe == nullptr) return false;
    short events = op.lane_direction() == Direction::write ? POLLOUT : POLLIN;
    io_uring_prep_poll_add(sqe, descriptor_of(op.descriptor->socket), static_cast<unsigned>(events));
    io_uring_sqe_set_data64(sqe, reinterpret_cast<std::uintptr_t>(&lane) | lane_tag);
    lane.polling = true;
    lane.in_kernel = true;
    ++in_kernel_;
    return true;
}

void UringEngine::cancel(Operation& op) noexcept {
    UringLane& lane = lane_of(op);
    if (!lane.in_kernel) {
        // It only waits for what a multishot entry brings, which stays armed.
        op.set(Operation::harvested);
        finished_.push(op);
        return;
    }
    lane.cancelled = true;
    if (!ask_to_cancel(&lane, lane_tag)) uncancelled_.push(op);
}

// The entry of a lane, or a descriptor's multishot one. False: the kernel could not be asked.
bool UringEngine::ask_to_cancel(const void* owner, Tag tag) noexcept {
    io_uring_sqe* sqe = entry();
    if (sqe == nullptr) return false;
    io_uring_prep_cancel64(sqe, reinterpret_cast<std::uintptr_t>(owner) | tag, 0);
    sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
    io_uring_sqe_set_data64(sqe, no_tag);  // ENOENT: it ended a moment ago, and says so itself
    return true;
}

// Entries run out only while the kernel takes none (its completions have to be reaped first): the next turn finds some.
void UringEngine::make_up() noexcept {
    if (!wake_watched_) watch_wake();
    spi::Queue<Operation> late(std::move(uncancelled_));
    while (Operation* op = late.pop()) cancel(*op);
}

Result<void> UringEngine::wait(Time until, spi::Harvest& harvest) {
    if (thread_ != std::this_thread::get_id()) [[unlikely]]
        move_to_this_thread();
    bool news = !finished_.empty();
    while (Operation* op = finished_.pop()) harvest.finished(*op, Error{Errc::operation_canceled, 0}, 0);
    buffers_.refill();
    if (!wake_watched_ || !uncancelled_.empty()) [[unlikely]]
        make_up();
    bool behind = !wake_watched_ || !uncancelled_.empty();
    int status = 0;
    if (news || behind || until == Time::min()) {
        status = io_uring_submit_and_get_events(&ring_);
    } else if (until == never) {
        status = io_uring_submit_and_wait(&ring_, 1);
    } else {
        Duration left = std::max(until - sys::now(), Duration::zero());
        auto seconds = std::chrono::floor<std::chrono::seconds>(left);
        __kernel_timespec timeout{.tv_sec = seconds.count(), .tv_nsec = (left - seconds).count()};
        io_uring_cqe* first = nullptr;
        status = io_uring_submit_and_wait_timeout(&ring_, &first, 1, &timeout, nullptr);
    }
    // EBUSY, EAGAIN: completions have to be reaped, or memory is short for now; what was not submitted stays in the
    // queue.
    bool passing = status >= 0 || status == -ETIME || status == -EINTR || status == -EBUSY || status == -EAGAIN;
    if (!passing) return fail(translate(-status));
    reap(harvest);
    return {};
}

void UringEngine::reap(spi::Harvest& harvest) noexcept {
    unsigned head;
    unsigned seen = 0;
    io_uring_cqe* cqe;
    io_uring_for_each_cqe(&ring_, head, cqe) {
        ++seen;
        completed(*cqe, harvest);
    }
    io_uring_cq_advance(&ring_, seen);
}

void UringEngine::completed(const io_uring_cqe& cqe, spi::Harvest& harvest) noexcept {
    auto address = static_cast<std::uintptr_t>(cqe.user_data & ~std::uint64_t{tag_mask});
    switch (static_cast<Tag>(cqe.user_data & tag_mask)) {
        case lane_tag:
            return lane_completed(*reinterpret_cast<UringLane*>(address), cqe, harvest);
        case accept_tag:
            return accept_completed(*reinterpret_cast<UringDescriptor*>(address), cqe, harvest);
        case receive_tag:
            return receive_completed(*reinterpret_cast<UringDescriptor*>(address), cqe, harvest);
        case wake_tag:
            if ((cqe.flags & IORING_CQE_F_MORE) == 0) watch_wake();
            return;
        case no_tag:
        default:
            return;
    }
}

void UringEngine::lane_completed(UringLane& lane, const io_uring_cqe& cqe, spi::Harvest& harvest) noexcept {
    lane.in_kernel = false;
    --in_kernel_;
    UringDescriptor& d = *lane.owner;
    Operation* op = d.lanes[&lane - d.kernel].first;
    spi::require(op != nullptr, "a completion came for a lane without an operation");
    if (lane.cancelled && !uncancelled_.empty()) [[unlikely]]
        uncancelled_.remove(*op);
    int result = cqe.res;
    if (lane.polling && result >= 0) {
        lane.polling = false;
        return harvest.ready(*op);
    }
    if (!lane.cancelled) {
        // The kernel cancels what a thread submitted that has ended; the operation never asked for it. EINTR likewise.
        if ((result == -ECANCELED || result == -EINTR) && start(*op) == Started::pending) return;
        // An older kernel that doesn't wait on a non-blocking socket.
        if (result == -EAGAIN && op->verb != Verb::connect && submit_poll(*op, lane)) return;
        // No chunk in the ring: the loop receives it plainly, with a chunk of its own.
        if (result == -ENOBUFS && op->has(Operation::lend)) return harvest.ready(*op);
        if (op->stage == Stage::finished) return harvest.finished_already(*op);
    }
    conclude(*op, lane, result, cqe.flags, harvest);
}

void UringEngine::conclude(Operation& op, UringLane& lane, int result, std::uint32_t flags,
                           spi::Harvest& harvest) noexcept {
    if (op.has(Operation::lend) && (flags & IORING_CQE_F_BUFFER) != 0) {
        op.buffer = buffers_.take(flags);
        op.length = spi::ChunkPool::chunk_size;
    }
    if (op.verb == Verb::receive_from && result >= 0 && lane.message != nullptr) {
        auto& received = static_cast<AddressedOperation&>(op);
        received.endpoint = from_native(lane.message->address);
        if ((lane.message->header.msg_flags & MSG_TRUNC) != 0) op.set(Operation::truncated);
    }
    recycle_message(lane);
    // A receive that nobody has asked for yet took the only report.
    if (op.verb == Verb::send && result == -EPIPE && of(*op.descriptor).input == -ECONNRESET) result = -ECONNRESET;
    if (result < 0) {
        harvest.finished(op, translate(-result), 0);
    } else {
        bool counts = op.verb != Verb::wait && op.verb != Verb::connect;
        harvest.finished(op, Error{}, counts ? static_cast<std::size_t>(result) : 0);
    }
}

std::string probe_uring() {
    io_uring ring{};
    int failed = set_up(ring, 2, 4);
    switch (-failed) {
        case 0:
            break;
        case ENOSYS:
            return "this kernel has no io_uring";
        case EPERM:
            return "io_uring is forbidden here (by seccomp, or by the sysctl kernel.io_uring_disabled)";
        case ENOMEM:
            return "io_uring gets no memory (an old kernel counts it against RLIMIT_MEMLOCK)";
        default:
            return "io_uring can't be set up: " + describe(translate(-failed));
    }
    spi::ChunkPool chunks;
    UringBuffers buffers;
    int refused = buffers.open(ring, chunks);
    buffers.close(ring);
    io_uring_queue_exit(&ring);
    if (refused != 0) return "this kernel's io_uring has no buffer rings: Linux 5.19 or later is needed";
    return {};
}

Result<std::unique_ptr<spi::Engine>> make_uring(spi::ChunkPool& chunks) {
    auto wake = Wake::make();
    if (!wake) return fail(wake.error());
    auto engine = std::make_unique<UringEngine>(chunks, std::move(*wake));
    if (int failed = engine->open(); failed != 0) return fail(translate(-failed));
    return engine;
}

}  // namespace pier::posix
