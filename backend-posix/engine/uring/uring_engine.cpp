#include "engine/uring/uring_engine.hpp"

#include "engine/uring/uring.hpp"
#include "process/error.hpp"
#include "socket/pieces.hpp"

#include <pier/spi/file_operation.hpp>
#include <pier/spi/pipe_start.hpp>
#include <pier/sys/attempt.hpp>
#include <pier/sys/clock.hpp>
#include <pier/sys/socket.hpp>

#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <new>

namespace pier::posix {

namespace limits = spi::limits;

using spi::AcceptOperation;
using spi::AddressedOperation;
using spi::Descriptor;
using spi::Direction;
using spi::Operation;
using spi::Progress;
using spi::SocketKind;
using spi::Stage;
using spi::Verb;

namespace {

UringDescriptor& of(Descriptor& d) noexcept { return static_cast<UringDescriptor&>(d); }

UringLane& lane_of(const Operation& op) noexcept {
    return of(*op.descriptor).kernel[static_cast<std::size_t>(op.lane_direction())];
}

bool is_unix(int socket) noexcept {
    int domain = 0;
    socklen_t length = sizeof domain;
    return getsockopt(socket, SOL_SOCKET, SO_DOMAIN, &domain, &length) == 0 && domain == AF_UNIX;
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
    : Engine({.accepted_crosses_loops = true, .takes_files = true, .sends_files = true}),
      chunks_(chunks),
      wake_(std::move(wake)),
      pieces_(chunks) {}

UringEngine::~UringEngine() {
    spi::require(in_kernel_ + armed_ == 0, "the kernel did not give back what io_uring was handed");
    close_ring();
    bury();
    while (free_messages_ != nullptr) delete std::exchange(free_messages_, free_messages_->next);
}

int UringEngine::open() noexcept {
    int failed = set_up(ring_, limits::uring_submissions, limits::uring_completions);
    if (failed != 0) return failed;
    open_ = true;
    if (int refused = buffers_.open(ring_, chunks_); refused != 0) {
        close_ring();
        return refused;
    }
    return 0;
}

void UringEngine::close_ring() noexcept {
    if (!open_) return;
    buffers_.close(ring_);
    io_uring_queue_exit(&ring_);
    open_ = false;
}

Result<void> UringEngine::begin_run() {
    // This saves the look-up of the descriptor at each enter, and nothing is lost where it fails. But EEXIST is the
    // kernel's word for a ring of another thread (IORING_SETUP_SINGLE_ISSUER).
    int registered = io_uring_register_ring_fd(&ring_);
    if (registered == -EEXIST) {
        if (auto moved = move_to_this_thread(); !moved) return moved;
        registered = io_uring_register_ring_fd(&ring_);
    }
    registered_ = registered == 1;
    running_ = true;
    while (Operation* op = interrupted_.pop()) {
        if (begin_again(*op) == Progress::finished) early_.finished_already(*op);
    }
    return {};
}

// The old ring goes first: its descriptor may be the last that there was.
Result<void> UringEngine::move_to_this_thread() {
    spi::require(!owes(), "a loop changed its thread while io_uring had operations of it");
    close_ring();
    if (int failed = open(); failed != 0) return fail(translate(-failed));
    return {};
}

// The ring is empty afterwards: nobody looks at it until the next run, and the kernel cancels what a thread has
// submitted when that thread ends.
void UringEngine::end_run() noexcept {
    running_ = false;
    for (int round = 0; round < limits::ending_rounds && (owes() || closes_later()); ++round) {
        if (owes()) ask_to_cancel_all();
        // What is cancelled says so in the same call, but for what the kernel's own threads are at work on.
        Time until = round == 0 ? Time::min() : sys::now() + limits::ending_round;
        if (!enter(until, early_)) break;
    }
    // A number of this thread's own list. Where there is none, liburing would take another ring's out.
    if (std::exchange(registered_, false)) io_uring_unregister_ring_fd(&ring_);
}

// An operation whose entry has ended without its result.
Progress UringEngine::begin_again(Operation& op) noexcept {
    if (!running_) {
        interrupted_.push(op);
        return Progress::parked;
    }
    if (op.verb != Verb::none) return start(op);
    auto started = start_file(static_cast<spi::FileOperation&>(op));
    if (started) return Progress::parked;
    op.finish(started.error());
    return Progress::finished;
}

io_uring_sqe* UringEngine::entry() noexcept {
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
    UringDescriptor* d = pool_.acquire(owned, kind);
    if (d == nullptr) return fail(Errc::not_enough_memory);
    d->kernel[0].owner = d->kernel[1].owner = d;
    d->entry.never = !owned.listening().accept_ahead;
    (void)owned.take_socket();
    return d;
}

void UringEngine::arm(io_uring_sqe& sqe, UringDescriptor& d, Tag tag) noexcept {
    io_uring_sqe_set_data64(&sqe, reinterpret_cast<std::uintptr_t>(&d) | tag);
    d.entry.armed = true;
    ++armed_;
}

void UringEngine::disarmed(UringDescriptor& d) noexcept {
    if (d.released) disarming_.remove(d);
    d.entry.armed = false;
    --armed_;
}

// The operation that waits for what a multishot entry brings.
Operation* UringEngine::waiting_for_entry(UringDescriptor& d) noexcept {
    Operation* first = d.lane(Direction::read).first;
    if (first == nullptr || first->stage != Stage::in_flight || first->has(Operation::harvested)) return nullptr;
    return d.kernel[0].in_kernel ? nullptr : first;
}

void UringEngine::release(Descriptor& descriptor) noexcept {
    UringDescriptor& d = of(descriptor);
    d.released = true;
    if (d.entry.armed) {
        // A shutdown ends the entry, too. A listener's at once, not with the next batch: the port must be free when the
        // caller's close() returns. A stream's only if the kernel can't be asked.
        bool listens = d.kind == SocketKind::listener;
        if (listens) shutdown(descriptor_of(d.socket), SHUT_RDWR);
        if (!ask_to_cancel(&d, listens ? accept_tag : receive_tag) && !listens) {
            shutdown(descriptor_of(d.socket), SHUT_RD);
        }
        disarming_.push(d);
        // A shutdown does not free an abstract name: only the close does, for which the entry has to be gone.
        if (listens && is_unix(descriptor_of(d.socket))) return (void)close_released();
    }
    close_when_idle(d);
}

void UringEngine::close_when_idle(UringDescriptor& d) noexcept {
    if (!d.released || d.entry.armed || d.kernel[0].in_kernel || d.kernel[1].in_kernel) return;
    if (d.received.has_data()) {
        // A close with unread data resets the connection; the system does not know of what waits here.
        d.received.drop(pieces_);
        (void)sys::reset_on_close(d.socket);
    }
    for (UringLane& lane : d.kernel) recycle_message(lane);
    d.accepted.refuse_all();
    io_uring_sqe* sqe = d.kind == SocketKind::stream ? entry() : nullptr;
    if (sqe != nullptr) {
        // With the next batch: a call less. Streams only: whoever closes a listener may bind its port in the next line.
        io_uring_prep_close(sqe, descriptor_of(d.socket));
        sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
        io_uring_sqe_set_data64(sqe, no_tag);
    } else if (d.kind != SocketKind::foreign) {
        sys::close(d.socket);
    }
    pool_.retire(d);
}

void UringEngine::bury() noexcept { pool_.bury(); }

bool UringEngine::close_released() noexcept {
    if (!closes_later()) return false;
    // An entry is cancelled in one call and its socket closed in the next, both at once.
    for (int round = 0; round < limits::uring_closing_rounds && closes_later(); ++round) {
        if (!enter(Time::min(), early_)) break;
    }
    return true;
}

Progress UringEngine::start(Operation& op) noexcept {
    if (op.verb == Verb::accept) return start_accept(static_cast<AcceptOperation&>(op));
    UringLane& lane = lane_of(op);
    lane.cancelled = false;
    lane.polling = false;
    if (op.descriptor->kind == SocketKind::pipe) return start_pipe(op, lane);
    if (op.verb == Verb::send_file) return start_send_file(op, lane);
    if (auto started = start_unix(op, lane)) return *started;
    if (auto started = start_receive(op)) return *started;
    io_uring_sqe* sqe = entry();
    if (sqe == nullptr) {
        op.finish(Error{Errc::no_buffer_space, 0});
        return Progress::finished;
    }
    if (!prepare(*sqe, op, lane)) {
        // The entry is taken already: it must do nothing.
        io_uring_prep_nop(sqe);
        sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
        io_uring_sqe_set_data64(sqe, no_tag);
        return Progress::finished;
    }
    io_uring_sqe_set_data64(sqe, reinterpret_cast<std::uintptr_t>(&lane) | lane_tag);
    lane.in_kernel = true;
    ++in_kernel_;
    return Progress::parked;
}

// Not by an entry of its own: a read of a non-blocking pipe ends with EAGAIN, and a write could not be kept from
// raising SIGPIPE before Linux 6.18.
Progress UringEngine::start_pipe(Operation& op, UringLane& lane) noexcept {
    if (spi::try_pipe(op) == Progress::finished) return Progress::finished;
    if (submit_poll(op, lane)) return Progress::parked;
    op.finish(Error{Errc::no_buffer_space, 0});
    return Progress::finished;
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
        // It only waits for what a multishot entry brings, which stays armed, or for the next run.
        interrupted_.remove(op);
        return early_.finished(op, Error{Errc::operation_canceled, 0}, 0);
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

void UringEngine::ask_to_cancel_all() noexcept {
    io_uring_sqe* sqe = entry();
    if (sqe == nullptr) return;
    io_uring_prep_cancel64(sqe, 0, IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_ALL);
    sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
    io_uring_sqe_set_data64(sqe, no_tag);
}

// Entries run out only while the kernel takes none (its completions have to be reaped first): the next turn finds some.
void UringEngine::make_up() noexcept {
    if (!wake_watched_) watch_wake();
    spi::Queue<Operation> late(std::move(uncancelled_));
    while (Operation* op = late.pop()) {
        if (op->verb == Verb::none) {
            cancel_file(static_cast<spi::FileOperation&>(*op));
        } else {
            cancel(*op);
        }
    }
}

Result<void> UringEngine::wait(Time until, spi::Harvest& harvest) {
    bool news = !early_.empty();
    harvest.queue().append(early_.queue());
    buffers_.refill();
    if (!wake_watched_ || !uncancelled_.empty()) [[unlikely]]
        make_up();
    bool behind = !wake_watched_ || !uncancelled_.empty();
    return enter(news || behind ? Time::min() : until, harvest);
}

// Hands over what is prepared, waits, and takes what has ended.
Result<void> UringEngine::enter(Time until, spi::Harvest& harvest) noexcept {
    int status = 0;
    if (until == Time::min()) {
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
        case file_tag:
            return file_completed(*reinterpret_cast<spi::FileOperation*>(address), cqe, harvest);
        case wake_tag:
            if ((cqe.flags & IORING_CQE_F_MORE) != 0) return;
            wake_watched_ = false;
            if (running_) watch_wake();
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
    // It asked for more than urgent data, so that the kernel would wake it: a look decides.
    const bool looks = op->verb == Verb::wait && op->has(Operation::urgent);
    if ((lane.polling || looks) && result >= 0) {
        lane.polling = false;
        d.lanes[&lane - d.kernel].drained = false;
        return harvest.ready(*op);
    }
    if (!lane.cancelled) {
        // The kernel cancels what a thread submitted that has ended; the operation never asked for it. EINTR likewise.
        if ((result == -ECANCELED || result == -EINTR) && begin_again(*op) == Progress::parked) return;
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
        received.endpoint = from_native(lane.message->address, lane.message->header.msg_namelen);
        if ((lane.message->header.msg_flags & MSG_TRUNC) != 0) op.set(Operation::truncated);
    }
    recycle_message(lane);
    if (result < 0) {
        if (op.verb == Verb::send) {
            const UringDescriptor& d = of(*op.descriptor);
            // A receive that nobody has asked for yet took the only report.
            if (result == -EPIPE && d.received.ends_by_reset()) result = -ECONNRESET;
            // Or the send takes it, and the entry may have missed it.
            if (d.entry.armed && d.kind == SocketKind::stream) tell_if_dead(d);
        }
        harvest.finished(op, translate(-result), 0);
    } else {
        bool counts = op.verb != Verb::wait && op.verb != Verb::connect;
        harvest.finished(op, Error{}, counts ? static_cast<std::size_t>(result) : 0);
    }
}

namespace {

// An error that a kernel with io_uring does not give to the call itself.
bool is_denial(int number) noexcept { return number == EPERM || number == EACCES || number == ENOSYS; }

// An error of the moment: the engine runs here, and making it says what is missing.
bool is_shortage(int number) noexcept { return number == EMFILE || number == ENFILE || number == ENOMEM; }

// An entry that does nothing goes there and back. 0 or a negative errno.
int enter_once(io_uring& ring) noexcept {
    io_uring_sqe* sqe = io_uring_get_sqe(&ring);
    if (sqe == nullptr) return -EBUSY;
    io_uring_prep_nop(sqe);
    __kernel_timespec timeout{.tv_sec = 10, .tv_nsec = 0};
    io_uring_cqe* cqe = nullptr;
    int status = io_uring_submit_and_wait_timeout(&ring, &cqe, 1, &timeout, nullptr);
    return status < 0 ? status : 0;
}

// What the engine can't do without, tried on this ring: empty, or why not.
std::string probe(io_uring& ring) {
    spi::ChunkPool chunks;
    UringBuffers buffers;
    int refused = -buffers.open(ring, chunks);
    buffers.close(ring);
    if (is_denial(refused)) return "io_uring_register is forbidden here (by seccomp)";
    if (refused == EINVAL) return "this kernel's io_uring has no buffer rings: Linux 5.19 or later is needed";
    if (is_shortage(refused)) return {};
    if (refused != 0) return "io_uring gets no ring of buffers: " + describe(translate(refused));
    int failed = -enter_once(ring);
    if (is_denial(failed)) return "io_uring_enter is forbidden here (by seccomp)";
    if (is_shortage(failed)) return {};
    if (failed != 0) return "io_uring does not take an entry: " + describe(translate(failed));
    return {};
}

}  // namespace

std::string probe_uring() {
    io_uring ring{};
    int failed = -set_up(ring, 2, 4);
    if (is_shortage(failed)) return {};
    switch (failed) {
        case 0:
            break;
        case ENOSYS:
            return "this kernel has no io_uring, or seccomp hides it";
        case EPERM:
        case EACCES:
            return "io_uring is forbidden here (by seccomp, or by the sysctl kernel.io_uring_disabled)";
        default:
            return "io_uring can't be set up: " + describe(translate(failed));
    }
    std::string obstacle = probe(ring);
    io_uring_queue_exit(&ring);
    return obstacle;
}

Result<std::unique_ptr<spi::Engine>> make_uring(spi::ChunkPool& chunks) {
    auto wake = Wake::make();
    if (!wake) return fail(wake.error());
    auto engine = std::make_unique<UringEngine>(chunks, std::move(*wake));
    if (int failed = engine->open(); failed != 0) return fail(translate(-failed));
    return engine;
}

}  // namespace pier::posix
