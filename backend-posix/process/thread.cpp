// Threads with stacks of a chosen size, by pthreads.
#include "process/error.hpp"

#include <pier/detail/assert.hpp>
#include <pier/sys/thread.hpp>

#include <pthread.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <climits>
#include <memory>

namespace pier::sys {
namespace {

using Body = std::move_only_function<void()>;

static_assert(sizeof(pthread_t) <= sizeof(std::uintptr_t));

void* run(void* body) {
    std::unique_ptr<Body> owned(static_cast<Body*>(body));
    (*owned)();
    return nullptr;
}

// The error is a number, as pthreads give it.
int set_stack(pthread_attr_t& attributes, std::size_t stack) noexcept {
    if (stack == 0) return 0;
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const std::size_t least = std::max(stack, static_cast<std::size_t>(PTHREAD_STACK_MIN));
    return ::pthread_attr_setstacksize(&attributes, (least + page - 1) / page * page);
}

}  // namespace

Result<Thread> Thread::start(std::size_t stack, std::move_only_function<void()> body) {
    auto owned = std::make_unique<Body>(std::move(body));
    pthread_attr_t attributes;
    if (const int failure = ::pthread_attr_init(&attributes); failure != 0) return fail(posix::translate(failure));
    pthread_t thread{};
    int failure = set_stack(attributes, stack);
    if (failure == 0) failure = ::pthread_create(&thread, &attributes, run, owned.get());
    (void)::pthread_attr_destroy(&attributes);
    // pthread_create(3): a limit on the number of threads was met (or memory for the stack was not to be had).
    if (failure == EAGAIN) return fail(Errc::too_many_processes, failure);
    if (failure != 0) return fail(posix::translate(failure));
    (void)owned.release();  // the thread's now
    return Thread(static_cast<std::uintptr_t>(thread));
}

Thread::~Thread() { spi::require(!joinable(), "a thread was not joined before its owner went"); }

void Thread::join() noexcept {
    spi::require(joinable(), "a thread was joined that is none");
    (void)::pthread_join(static_cast<pthread_t>(std::exchange(handle_, none)), nullptr);
}

}  // namespace pier::sys
