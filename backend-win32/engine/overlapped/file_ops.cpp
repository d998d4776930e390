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

// ERROR_SUCCESS: its entry will come, also where it has succeeded already.
DWORD issue(FileOperation& op, FileRecord& record) noexcept {
    record.Offset = static_cast<DWORD>(op.offset);
    record.OffsetHigh = static_cast<DWORD>(op.offset >> 32);
    const HANDLE file = handle_of(op.file);
    const BOOL done = op.kind == FileOperation::Kind::read ? ::ReadFile(file, op.buffer, op.length, nullptr, &record)
                                                           : ::WriteFile(file, op.buffer, op.length, nullptr, &record);
    if (done) return ERROR_SUCCESS;
    const DWORD code = ::GetLastError();
    return code == ERROR_IO_PENDING ? ERROR_SUCCESS : code;
}

}  // namespace

Result<void> begin_file(FileOperation& op, HANDLE port) noexcept {
    constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();
    FileRecord& record = *std::construct_at(reinterpret_cast<FileRecord*>(op.record), op);
    const bool reads = op.kind == FileOperation::Kind::read;
    // All ones would mean the end of the file to a write. No file is as long, for a read.
    if (op.offset > largest - op.length && !reads) return fail(Errc::file_too_large, ERROR_FILE_TOO_LARGE);
    record.failed_with = op.offset > largest - op.length ? ERROR_HANDLE_EOF : issue(op, record);
    if (record.failed_with == ERROR_SUCCESS) return {};
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
