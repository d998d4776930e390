// Starting a process, and being told of its end by a thread of the system's pool.
#include "engine/owned_handle.hpp"
#include "engine/timeout.hpp"
#include "process/create.hpp"
#include "process/error.hpp"
#include "process/signal.hpp"

#include <pier/sys/spawn.hpp>

#include <mutex>
#include <utility>

namespace pier::sys {
namespace {

using win32::OwnedHandle;

std::unexpected<Error> fail_last() noexcept { return fail(win32::translate(::GetLastError())); }

class StartedChild final : public Child {
public:
    StartedChild() = default;
    // Nobody listens any more, so whoever is telling is done soon.
    ~StartedChild() override {
        if (registered_ != nullptr) ::UnregisterWaitEx(registered_, INVALID_HANDLE_VALUE);
    }

    // Once, and before anything else.
    void begin(OwnedHandle process, DWORD id) noexcept {
        process_ = std::move(process);
        id_ = id;
    }

    std::uint64_t id() const noexcept override { return id_; }

    std::optional<Result<ProcessEnd>> end() noexcept override {
        // By its handle: a status of 259, which STILL_ACTIVE is, may be anybody's.
        if (::WaitForSingleObject(process_.get(), 0) != WAIT_OBJECT_0) return std::nullopt;
        return end_now();
    }

    Result<void> add(EndListener& listener) override {
        std::lock_guard lock(mutex_);
        if (registered_ == nullptr) {
            constexpr ULONG flags = WT_EXECUTEONLYONCE | WT_EXECUTEINWAITTHREAD;
            if (!::RegisterWaitForSingleObject(&registered_, process_.get(), ended, this, INFINITE, flags)) {
                registered_ = nullptr;
                return fail_last();
            }
        }
        listeners_.add(listener);
        return {};
    }

    void remove(EndListener& listener) noexcept override {
        std::lock_guard lock(mutex_);
        listeners_.remove(listener);
    }

    Result<ProcessEnd> wait(Time until) override {
        if (!win32::wait_for(process_.get(), until)) return fail(Errc::timed_out);
        return end_now();
    }

    Result<void> request(Ending) noexcept override {
        if (::TerminateProcess(process_.get(), 1)) return {};
        const DWORD code = ::GetLastError();
        // One that is ending already denies the access.
        if (::WaitForSingleObject(process_.get(), 0) == WAIT_OBJECT_0 || is_ending()) return {};
        return fail(win32::translate(code));
    }

private:
    [[nodiscard]] Result<ProcessEnd> end_now() const noexcept { return win32::end_of(process_.get()); }
    [[nodiscard]] bool is_ending() const noexcept {
        DWORD status = STILL_ACTIVE;
        return ::GetExitCodeProcess(process_.get(), &status) && status != STILL_ACTIVE;
    }
    // On a thread of the pool that waits for others, too: it only tells.
    static void CALLBACK ended(void* context, BOOLEAN) noexcept {
        auto& self = *static_cast<StartedChild*>(context);
        std::lock_guard lock(self.mutex_);
        self.listeners_.tell();
    }

    OwnedHandle process_;
    DWORD id_ = 0;
    std::mutex mutex_;
    EndListeners listeners_;
    HANDLE registered_ = nullptr;
};

}  // namespace

Result<std::shared_ptr<Child>> spawn(const ProcessOptions& options, const ChildStreams& streams) {
    // Their memory before there is a process.
    auto child = std::make_shared<StartedChild>();
    auto watch = win32::EndWatch::prepare();
    auto process = win32::create_process(options, streams);
    if (!process) return fail(process.error());
    const HANDLE handle = process->process.get();
    child->begin(std::move(process->process), process->id);
    if (watch == nullptr) return child;
    auto watched = win32::EndWatch::start(std::move(watch), handle);
    if (watched) return child;
    // Its end would not be told.
    ::TerminateProcess(handle, 1);
    return fail(watched.error());
}

}  // namespace pier::sys
