#include <pier/ipc/named_pipe.hpp>

#include <pier/sleep.hpp>
#include <pier/sys/clock.hpp>
#include <pier/sys/ipc/named_pipe.hpp>

#include <algorithm>
#include <chrono>

namespace pier {
namespace {

constexpr Duration first_pause = std::chrono::milliseconds(1);
constexpr Duration longest_pause = std::chrono::milliseconds(50);

}  // namespace

Result<PipeStream> NamedPipe::open_reader(const IpcName& name) {
    if (Loop::current() == nullptr) return fail(Errc::operation_canceled);
    auto opened = sys::open_named_reader(name);
    if (!opened) return fail(opened.error());
    return PipeStream::take(std::move(opened->handle), SystemHandle(), std::move(opened->name));
}

Task<Result<PipeStream>> NamedPipe::open_writer(IpcName name, Deadline deadline) {
    const Time until = deadline.resolve(sys::now());
    for (Duration pause = first_pause;; pause = std::min(2 * pause, longest_pause)) {
        auto opened = sys::open_named_writer(name);
        if (opened) co_return PipeStream::take(SystemHandle(), std::move(*opened), nullptr);
        if (opened.error() != Errc::operation_would_block) co_return fail(opened.error());
        const Time now = sys::now();
        if (now >= until) co_return fail(Errc::timed_out);
        const Duration left = until - now;
        auto slept = co_await sleep(after(std::min(pause, left)));
        if (!slept) co_return fail(slept.error());
    }
}

Result<void> NamedPipe::remove(const IpcName& name) { return sys::remove_named_pipe(name); }

}  // namespace pier
