#include "engine/short_wait.hpp"

#include "engine/timeout.hpp"

namespace pier::win32 {
namespace {

// CREATE_WAITABLE_TIMER_HIGH_RESOLUTION, which mingw-w64's headers lack.
constexpr DWORD high_resolution = 2;

// That it is called is all. It may come in another alertable wait of the thread, when ours has ended before.
void CALLBACK on_time(void*, DWORD, DWORD) {}

}  // namespace

ShortWait::ShortWait() noexcept
    : timer_(::CreateWaitableTimerExW(nullptr, nullptr, high_resolution, TIMER_MODIFY_STATE | SYNCHRONIZE)) {}

ShortWait::Mode ShortWait::begin(Time until) noexcept {
    if (!timer_ || until == never) return Mode::plain;
    const Duration left = time_left(until);
    if (left == Duration::zero() || left >= nearest_ticks) return Mode::plain;
    const DWORD thread = ::GetCurrentThreadId();
    if (until == armed_ && thread == thread_) return Mode::alertable;
    using Ticks = std::chrono::duration<LONGLONG, std::ratio<1, 10'000'000>>;
    LARGE_INTEGER due{};
    due.QuadPart = -std::chrono::ceil<Ticks>(left).count();  // negative: from now on
    // Nothing documented says that a timer of this kind takes a routine. Where it does not, it is not asked again.
    if (!::SetWaitableTimer(timer_.get(), &due, 0, on_time, nullptr, FALSE)) {
        timer_ = {};
        return Mode::plain;
    }
    armed_ = until;
    thread_ = thread;
    return Mode::alertable;
}

}  // namespace pier::win32
