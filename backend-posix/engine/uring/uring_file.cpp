// Files: an entry for each read and write; sending one by a stream.
#include "engine/uring/uring_engine.hpp"
#include "file/size_limit.hpp"
#include "process/error.hpp"
#include "process/native_handle.hpp"

#include <pier/spi/file_operation.hpp>
#include <pier/sys/attempt.hpp>

#include <cerrno>
#include <limits>
#include <memory>
#include <new>

namespace pier::posix {
namespace {

using spi::FileOperation;

// In FileOperation::record.
struct UringFile {
    bool in_kernel = false;
};
static_assert(sizeof(UringFile) <= sizeof(FileOperation::record));
static_assert(alignof(FileOperation) >= 8, "its address has room for a tag");

UringFile& record_of(FileOperation& op) noexcept { return *std::launder(reinterpret_cast<UringFile*>(op.record)); }

}  // namespace

Result<void> UringEngine::start_file(FileOperation& op) noexcept {
    UringFile& record = *std::construct_at(reinterpret_cast<UringFile*>(op.record));
    std::size_t length = op.length;
    const bool reads = op.kind == FileOperation::Kind::read;
    if (!reads) {
        const auto room = room_in_file(op.offset, length);
        if (!room) return fail(room.error());
        length = *room;
    } else if (op.offset > std::uint64_t{std::numeric_limits<off_t>::max()} - length) {
        length = 0;  // there is nothing
    }
    io_uring_sqe* sqe = entry();
    if (sqe == nullptr) return fail(Errc::no_buffer_space);
    const int file = descriptor_of(op.file);
    const auto size = static_cast<unsigned>(length);
    if (length == 0) {
        io_uring_prep_nop(sqe);
    } else if (reads) {
        io_uring_prep_read(sqe, file, op.buffer, size, op.offset);
    } else {
        io_uring_prep_write(sqe, file, op.buffer, size, op.offset);
    }
    io_uring_sqe_set_data64(sqe, reinterpret_cast<std::uintptr_t>(&op) | file_tag);
    record.in_kernel = true;
    ++in_kernel_;
    return {};
}

void UringEngine::cancel_file(FileOperation& op) noexcept {
    UringFile& record = record_of(op);
    if (!record.in_kernel) {
        interrupted_.remove(op);  // it only waits for the next run
        return early_.finished(op, Error{Errc::operation_canceled, 0}, 0);
    }
    if (!ask_to_cancel(&op, file_tag)) uncancelled_.push(op);
}

void UringEngine::file_completed(FileOperation& op, const io_uring_cqe& cqe, spi::Harvest& harvest) noexcept {
    UringFile& record = record_of(op);
    record.in_kernel = false;
    --in_kernel_;
    if (op.why && !uncancelled_.empty()) uncancelled_.remove(op);
    const bool interrupted = cqe.res == -ECANCELED || cqe.res == -EINTR;
    if (interrupted && !op.why) {
        // The end of a run; the operation never asked for it.
        if (begin_again(op) == spi::Progress::finished) harvest.finished_already(op);
        return;
    }
    if (cqe.res >= 0) return harvest.finished(op, Error{}, static_cast<std::size_t>(cqe.res));
    Error error = interrupted ? Error{Errc::operation_canceled, ECANCELED} : translate(-cqe.res);
    if (cqe.res == -EBADF) error.condition = Errc::permission_denied;  // opened for the other direction alone
    harvest.finished(op, error, 0);
}

// sendfile(2) when there is room: the ring has no such entry, and splicing by a pipe in between takes two entries for
// every 64 KiB.
spi::Progress UringEngine::start_send_file(spi::Operation& op, UringLane& lane) noexcept {
    if (sys::attempt(op) == sys::Attempt::done) {
        op.finish(op.error, op.transferred);
        return spi::Progress::finished;
    }
    if (submit_poll(op, lane)) return spi::Progress::parked;
    op.finish(Error{Errc::no_buffer_space, 0});
    return spi::Progress::finished;
}

}  // namespace pier::posix
