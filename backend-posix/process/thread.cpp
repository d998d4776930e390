// Threads with stacks of a chosen size, a name and a place, by pthreads.
#include "process/error.hpp"

#include <pier/detail/assert.hpp>
#include <pier/sys/thread.hpp>

#include <pthread.h>
#include <sched.h>
#include <unistd.h>
#include <algorithm>
#include <array>
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

// A set of processors of any size.
class Processors {
public:
    // Throws std::bad_alloc.
    explicit Processors(std::size_t count)
        : count_(count), size_(CPU_ALLOC_SIZE(count)), set_(static_cast<cpu_set_t*>(::operator new(size_))) {
        CPU_ZERO_S(size_, set_);
    }
    Processors(const Processors&) = delete;
    ~Processors() { ::operator delete(set_); }

    void add(std::size_t processor) noexcept { CPU_SET_S(processor, size_, set_); }
    [[nodiscard]] bool has(std::size_t processor) const noexcept {
        return processor < count_ && CPU_ISSET_S(processor, size_, set_);
    }
    [[nodiscard]] std::size_t count() const noexcept { return count_; }
    [[nodiscard]] bool put() const noexcept { return ::sched_setaffinity(0, size_, set_) == 0; }
    [[nodiscard]] bool get() noexcept { return ::sched_getaffinity(0, size_, set_) == 0; }

private:
    std::size_t count_;
    std::size_t size_;
    cpu_set_t* set_;
};

// More than any kernel is built for.
constexpr std::size_t most_processors = 65536;

// As large as the kernel's own set: it refuses to fill a smaller one.
Result<std::unique_ptr<Processors>> present_processors() {
    for (std::size_t count = 1024; count <= most_processors; count *= 2) {
        auto all = std::make_unique<Processors>(count);
        if (all->get()) return all;
        if (errno != EINVAL) break;
    }
    return posix::fail_last();
}

}  // namespace

Result<Thread> Thread::start(std::size_t stack, std::move_only_function<void()> body) {
    if (stack > largest_stack) return fail(Errc::invalid_argument, EINVAL);
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

Result<void> name_this_thread(std::string_view name) {
    if (name.contains('\0')) return fail(Errc::invalid_argument, EINVAL);
    std::array<char, 16> text{};  // pthread_setname_np(3): 16 bytes with the NUL
    std::size_t length = std::min(name.size(), text.size() - 1);
    // Not in the middle of a character.
    while (length > 0 && length < name.size() && (static_cast<unsigned char>(name[length]) & 0xC0U) == 0x80U) --length;
    std::copy_n(name.data(), length, text.data());
    const int failure = ::pthread_setname_np(::pthread_self(), text.data());
    if (failure != 0) return fail(posix::translate(failure));
    return {};
}

std::string name_of_this_thread() {
    std::array<char, 16> text{};
    return ::pthread_getname_np(::pthread_self(), text.data(), text.size()) == 0 ? text.data() : "";
}

Result<void> pin_this_thread(std::span<const unsigned> processors) {
    if (processors.empty()) return fail(Errc::invalid_argument, EINVAL);
    const std::size_t highest = std::ranges::max(processors);
    if (highest >= most_processors) return fail(Errc::invalid_argument, EINVAL);
    auto before = present_processors();
    if (!before) return fail(before.error());
    Processors wanted(std::max(highest + 1, (*before)->count()));
    for (const unsigned each : processors) wanted.add(each);
    if (!wanted.put()) return posix::fail_last();
    // The kernel leaves out those that don't exist, or are not this process's, as long as one is left.
    auto now = present_processors();
    const bool all = now && std::ranges::all_of(processors, [&](unsigned each) { return (*now)->has(each); });
    if (all) return {};
    (void)(*before)->put();
    return fail(now ? Error{Errc::invalid_argument, EINVAL} : now.error());
}

Result<std::vector<unsigned>> processors_of_this_thread() {
    auto now = present_processors();
    if (!now) return fail(now.error());
    std::vector<unsigned> all;
    for (std::size_t each = 0; each < (*now)->count(); ++each) {
        if ((*now)->has(each)) all.push_back(static_cast<unsigned>(each));
    }
    return all;
}

}  // namespace pier::sys
