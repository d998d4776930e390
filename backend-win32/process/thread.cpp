// Threads with stacks of a chosen size, by the C runtime, which has to know of a thread that uses it.
#include "process/error.hpp"

#include <pier/detail/assert.hpp>
#include <pier/sys/thread.hpp>

#include <process.h>
#include <algorithm>
#include <cerrno>
#include <limits>
#include <memory>

namespace pier::sys {
namespace {

using Body = std::move_only_function<void()>;

unsigned __stdcall run(void* body) {
    std::unique_ptr<Body> owned(static_cast<Body*>(body));
    (*owned)();
    return 0;
}

}  // namespace

Result<Thread> Thread::start(std::size_t stack, std::move_only_function<void()> body) {
    auto owned = std::make_unique<Body>(std::move(body));
    const auto size = static_cast<unsigned>(std::min<std::size_t>(stack, std::numeric_limits<unsigned>::max()));
    // Without the flag the size is what is committed at once, and the reservation stays the program's.
    const std::uintptr_t handle =
        ::_beginthreadex(nullptr, size, run, owned.get(), STACK_SIZE_PARAM_IS_A_RESERVATION, nullptr);
    if (handle == 0) {
        const int failure = errno;
        const auto code = static_cast<std::int32_t>(::GetLastError());
        // Of the C runtime: EAGAIN, too many threads; EACCES, no memory for the stack.
        return fail(failure == EAGAIN ? Errc::too_many_processes : Errc::not_enough_memory, code);
    }
    (void)owned.release();  // the thread's now
    return Thread(handle);
}

Thread::~Thread() { spi::require(!joinable(), "a thread was not joined before its owner went"); }

void Thread::join() noexcept {
    spi::require(joinable(), "a thread was joined that is none");
    const auto handle = reinterpret_cast<HANDLE>(std::exchange(handle_, none));
    (void)::WaitForSingleObject(handle, INFINITE);
    (void)::CloseHandle(handle);
}

}  // namespace pier::sys
