#include "engine/overlapped/file_ops.hpp"

#include "process/error.hpp"
#include "process/native_handle.hpp"

#include <cstdint>
#include <limits>
#include <memory>
#include <new>

namespace pier::win32 {
namespace {

using spi::FileOperation;

// In FileOperation::record.
struct FileRecord : OVERLAPPED {
    explicit FileRecord(FileOperation& of) noexcept : OVERLAPPED{}, op(&of) {}
    FileOperation* op;
    DWORD failed_with = ERROR_SUCCESS;  // at once
};
static_assert(sizeof(FileRecord) <= sizeof(FileOperation::record) && alignof(FileRecord) <= alignof(FileOperation));

FileRecord& record_of(FileOperation& op) noexcept { return *std::launder(reinterpret_cast<FileRecord*>(op.record)); }

}  // namespace

Result<void> begin_file(FileOperation& op, HANDLE port) noexcept {
    constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();
    FileRecord& record = *std::construct_at(reinterpret_cast<FileRecord*>(op.record), op);
    const bool reads = op.kind == FileOperation::Kind::read;
    // All ones would mean the end of the file to a write.
    if (op.offset > largest && !reads) return fail(Errc::file_too_large, ERROR_FILE_TOO_LARGE);
    const std::uint64_t offset = op.offset < largest ? op.offset : largest;
    record.Offset = static_cast<DWORD>(offset);
    record.OffsetHigh = static_cast<DWORD>(offset >> 32);
    const HANDLE file = handle_of(op.file);
    const BOOL done = reads ? ::ReadFile(file, op.buffer, op.length, nullptr, &record)
                            : ::WriteFile(file, op.buffer, op.length, nullptr, &record);
    // What succeeds at once has its entry, too.
    if (done) return {};
    const DWORD code = ::GetLastError();
    if (code == ERROR_IO_PENDING) return {};
    record.failed_with = code;
    if (::PostQueuedCompletionStatus(port, 0, of_failed_files, &record)) return {};
    return fail(translate(::GetLastError()));
}

void request_cancel(FileOperation& op) noexcept {
    // It fails only when there is nothing to cancel any more: then the notice is on its way.
    (void)::CancelIoEx(handle_of(op.file), &record_of(op));
}

void file_ended(const OVERLAPPED_ENTRY& entry, HANDLE port, spi::Harvest& harvest) noexcept {
    FileRecord& record = static_cast<FileRecord&>(*entry.lpOverlapped);
    FileOperation& op = *record.op;
    DWORD transferred = 0;
    DWORD code = record.failed_with;
    if (code != ERROR_SUCCESS && entry.lpCompletionKey == of_files) return;  // our own is behind it
    if (code == ERROR_SUCCESS && !::GetOverlappedResult(handle_of(op.file), &record, &transferred, FALSE)) {
        code = ::GetLastError();
    }
    // A read behind the end of the file is its end.
    if (code == ERROR_HANDLE_EOF && op.kind == FileOperation::Kind::read) code = ERROR_SUCCESS;
    if (code == ERROR_SUCCESS) return harvest.finished(op, Error{}, transferred);
    Error error = translate(code);
    if (code == ERROR_OPERATION_ABORTED && !op.why) {
        // Nobody asked: the thread that had begun it has ended.
        const auto again = begin_file(op, port);
        if (again) return;
        error = again.error();
    }
    harvest.finished(op, error, 0);
}

}  // namespace pier::win32
