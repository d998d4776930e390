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
};
static_assert(sizeof(FileRecord) <= sizeof(FileOperation::record) && alignof(FileRecord) <= alignof(FileOperation));

// Whether a read would begin behind the end of the file.
bool is_behind(HANDLE file, std::uint64_t offset) noexcept {
    LARGE_INTEGER size{};
    return ::GetFileSizeEx(file, &size) && offset >= static_cast<std::uint64_t>(size.QuadPart);
}

FileRecord& record_of(FileOperation& op) noexcept { return *std::launder(reinterpret_cast<FileRecord*>(op.record)); }

}  // namespace

Result<FileStart> begin_file(FileOperation& op) noexcept {
    constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();
    FileRecord& record = *std::construct_at(reinterpret_cast<FileRecord*>(op.record), op);
    const bool reads = op.kind == FileOperation::Kind::read;
    // All ones would mean the end of the file to a write.
    if (op.offset > largest && !reads) return fail(Errc::file_too_large, ERROR_FILE_TOO_LARGE);
    const std::uint64_t offset = op.offset < largest ? op.offset : largest;
    record.Offset = static_cast<DWORD>(offset);
    record.OffsetHigh = static_cast<DWORD>(offset >> 32);
    const HANDLE file = handle_of(op.file);
    // Asked before, because systems differ in whether such a read has a notice: Windows sends none for a call that
    // fails at once, Wine sends one.
    if (reads && is_behind(file, offset)) return FileStart::at_its_end;
    const BOOL done = reads ? ::ReadFile(file, op.buffer, op.length, nullptr, &record)
                            : ::WriteFile(file, op.buffer, op.length, nullptr, &record);
    // What succeeds at once has its notice, too.
    if (done) return FileStart::notice_comes;
    const DWORD code = ::GetLastError();
    if (code == ERROR_IO_PENDING) return FileStart::notice_comes;
    if (code == ERROR_HANDLE_EOF && reads) return FileStart::at_its_end;
    return fail(translate(code));
}

void request_cancel(FileOperation& op) noexcept {
    // It fails only when there is nothing to cancel any more: then the notice is on its way.
    (void)::CancelIoEx(handle_of(op.file), &record_of(op));
}

void file_ended(OVERLAPPED& notice, spi::Harvest& harvest) noexcept {
    FileRecord& record = static_cast<FileRecord&>(notice);
    FileOperation& op = *record.op;
    DWORD transferred = 0;
    if (::GetOverlappedResult(handle_of(op.file), &record, &transferred, FALSE)) {
        return harvest.finished(op, Error{}, transferred);
    }
    const DWORD code = ::GetLastError();
    if (code == ERROR_HANDLE_EOF && op.kind == FileOperation::Kind::read) return harvest.finished(op, Error{}, 0);
    Error error = translate(code);
    if (code == ERROR_OPERATION_ABORTED && !op.why) {
        // Nobody asked: the thread that had begun it has ended.
        const auto again = begin_file(op);
        if (again && *again == FileStart::notice_comes) return;
        error = again ? Error{} : again.error();
    }
    harvest.finished(op, error, 0);
}

}  // namespace pier::win32
