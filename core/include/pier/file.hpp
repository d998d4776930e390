// Files: opened, read and written at offsets, as operations on the loop.
#pragma once

#include <pier/file/file_awaiter.hpp>
#include <pier/loop.hpp>
#include <pier/result.hpp>
#include <pier/task.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace pier {

enum class FileAccess : std::uint8_t { read, write, read_write };

enum class FileCreation : std::uint8_t {
    open_existing,   // it has to be there
    open_or_create,  // what is there is opened as it is
    truncate,        // what is there is emptied
    create_new,      // file_exists where something is there already, a symbolic link without an end among it
};

struct FileOptions {
    FileAccess access = FileAccess::read;
    FileCreation creation = FileCreation::open_existing;  // any other needs the right to write
    bool owner_only = false;  // a new file is its user's alone: mode 0600. On Windows it has what its folder gives
};

// How much has to be on the disk when sync() returns.
enum class FileSync : std::uint8_t {
    data,  // the content, and the size that is needed to find it (fdatasync)
    all,   // everything that is known of the file (fsync). Windows has no other: FlushFileBuffers
};

// A regular file. Move-only; confined to the thread of the loop that it was opened on. Operations hold what they need,
// so that a file may be closed or destroyed while some are under way: it is closed when the last of them has ended.
//
// How it is done: io_uring and iocp hand reads and writes to the system; the blocking engine calls it; the others, and
// whatever is not a read or a write, use the process's worker threads (on_worker()), for which any number of operations
// may wait. A deadline or a cancel reaches what waits for a thread at once. A call that has begun is waited for,
// because it has the caller's buffer: a file on a slow or dead network holds its task for as long.
class File {
public:
    // Opens what the path names, on the loop that runs here; UTF-8, of any length that the system's file system takes
    // (on Windows a path beyond MAX_PATH needs no prefix). The file is not inherited by child processes. On Windows
    // others may read, write, rename and delete it meanwhile, as on POSIX.
    // Errors: file_not_found (a folder before it, too), permission_denied (a file system that is read-only, too),
    // is_a_directory, not_a_regular_file, file_exists, file_in_use, name_too_long, disk_full, too_many_files_open,
    // invalid_argument (a path with a NUL, or creation without the right to write), too_many_jobs (on_worker()'s; so it
    // is with size(), resize() and sync()), timed_out, operation_canceled. Throws std::bad_alloc.
    [[nodiscard]] static Task<Result<File>> open(std::string path, FileOptions options = {}, Deadline deadline = {});

    File() = default;
    File(File&&) noexcept = default;
    File& operator=(File&&) noexcept = default;

    // Some bytes from `offset` on, at most 1 GiB at once, into the caller's buffer, which must live until the operation
    // has ended; 0 only at the end of the file and for an empty buffer. Errors: io_error, permission_denied (opened for
    // writing alone), not_connected when nothing is held, timed_out, operation_canceled.
    [[nodiscard]] spi::FileAwaiter read_at(std::uint64_t offset, std::span<std::byte> into,
                                           Deadline deadline = {}) const noexcept {
        return {deadline, spi::FileOperation::Kind::read, shared_, offset, into.data(), into.size()};
    }
    // Writes some of it, at most 1 GiB at once: how many bytes, which are fewer than asked for when the disk or a limit
    // ends there; the next write then says which. Beyond the end of the file, what lies between is zeros. Errors:
    // disk_full, file_too_large, io_error, permission_denied, not_connected, timed_out, operation_canceled: of the last
    // two nobody knows how much was written.
    [[nodiscard]] spi::FileAwaiter write_at(std::uint64_t offset, std::span<const std::byte> data,
                                            Deadline deadline = {}) const noexcept {
        auto* from = const_cast<std::byte*>(data.data());
        return {deadline, spi::FileOperation::Kind::write, shared_, offset, from, data.size()};
    }
    // Writes all of it. The data must live until the task has ended. Errors: those of write_at().
    [[nodiscard]] Task<Result<void>> write_all_at(std::uint64_t offset, std::span<const std::byte> data,
                                                  Deadline deadline = {}) const;

    // In bytes. Errors: not_connected; what the system says.
    [[nodiscard]] Task<Result<std::uint64_t>> size(Deadline deadline = {}) const;
    // Cuts it off, or adds zeros. Errors: disk_full, file_too_large, permission_denied, not_connected.
    [[nodiscard]] Task<Result<void>> resize(std::uint64_t size, Deadline deadline = {}) const;
    // Waits until what was written is on the disk, as far as the disk tells the truth: fsync(2); FlushFileBuffers. The
    // name of a new file is its folder's matter. Errors: io_error (the data may be lost: do not rely on a second try),
    // disk_full, not_connected.
    [[nodiscard]] Task<Result<void>> sync(FileSync what = FileSync::data, Deadline deadline = {}) const;

    // Also when nothing is held. What is under way goes on.
    void close() noexcept { shared_.reset(); }
    [[nodiscard]] bool valid() const noexcept { return shared_ != nullptr; }
    // For operations, which hold it while they are under way. Null when nothing is held.
    [[nodiscard]] const std::shared_ptr<const spi::OpenFile>& shared() const noexcept { return shared_; }
    // The system's own handle, for calls that Pier has none for. It stays this object's. no_handle when nothing is
    // held.
    [[nodiscard]] NativeHandle native_handle() const noexcept {
        return shared_ != nullptr ? shared_->handle.get() : no_handle;
    }

private:
    explicit File(std::shared_ptr<const spi::OpenFile> shared) noexcept : shared_(std::move(shared)) {}

    std::shared_ptr<const spi::OpenFile> shared_;
};

}  // namespace pier
