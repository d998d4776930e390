#include <pier/file.hpp>

#include <pier/sys/file.hpp>
#include <pier/task/on_worker.hpp>

#include <utility>

namespace pier {
namespace {

// A call that may wait for a disk, off the loop's thread; on the blocking engine it is made as any other.
template <class F>
Task<std::invoke_result_t<F&>> call(F function, Deadline deadline) {
    if (this_loop().traits().one_at_a_time) co_return function();
    auto result = co_await on_worker(std::move(function), deadline);
    co_return result;
}

}  // namespace

Task<Result<File>> File::open(std::string path, FileOptions options, Deadline deadline) {
    Loop& loop = this_loop();
    const bool engines = loop.traits().takes_files;
    const auto calls = engines ? sys::FileCalls::overlapped : sys::FileCalls::blocking;
    auto opening = [path = std::move(path), options, calls] { return sys::open_file(path, options, calls); };
    Result<SystemHandle> opened = co_await call(std::move(opening), deadline);
    if (!opened) co_return fail(opened.error());
    if (engines) {
        auto adopted = loop.adopt_file(opened->get());
        if (!adopted) co_return fail(adopted.error());
    }
    spi::OpenFile file{.loop = &loop,
                       .handle = std::move(*opened),
                       .engines = engines,
                       .readable = options.access != FileAccess::write,
                       .writable = options.access != FileAccess::read};
    co_return File(std::make_shared<const spi::OpenFile>(std::move(file)));
}

Task<Result<void>> File::write_all_at(std::uint64_t offset, std::span<const std::byte> data, Deadline deadline) const {
    const auto held = shared_;  // this object may be closed meanwhile
    const Deadline until = absolute(deadline);
    while (!data.empty()) {
        auto* const from = const_cast<std::byte*>(data.data());
        spi::FileAwaiter writing(until, spi::FileOperation::Kind::write, held, offset, from, data.size());
        auto written = co_await writing;
        if (!written) co_return fail(written.error());
        if (*written == 0) co_return fail(Errc::disk_full);  // no system says so of a disk with room
        offset += *written;
        data = data.subspan(*written);
    }
    co_return Result<void>{};
}

Task<Result<std::uint64_t>> File::size(Deadline deadline) const {
    if (shared_ == nullptr) co_return fail(Errc::not_connected);
    auto asking = [file = shared_] { return sys::file_size(file->handle.get()); };
    auto size = co_await call(std::move(asking), deadline);
    co_return size;
}

Task<Result<void>> File::resize(std::uint64_t size, Deadline deadline) const {
    if (shared_ == nullptr) co_return fail(Errc::not_connected);
    if (!shared_->writable) co_return fail(Errc::permission_denied);
    auto resizing = [file = shared_, size] { return sys::resize_file(file->handle.get(), size); };
    auto resized = co_await call(std::move(resizing), deadline);
    co_return resized;
}

Task<Result<void>> File::sync(FileSync what, Deadline deadline) const {
    if (shared_ == nullptr) co_return fail(Errc::not_connected);
    auto syncing = [file = shared_, what] { return sys::sync_file(file->handle.get(), what); };
    auto synced = co_await call(std::move(syncing), deadline);
    co_return synced;
}

}  // namespace pier
