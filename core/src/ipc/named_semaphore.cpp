#include <pier/ipc/named_semaphore.hpp>

#include "ipc/waiting_thread.hpp"

#include <pier/loop.hpp>
#include <pier/sync/event.hpp>
#include <pier/sys/clock.hpp>

namespace pier {

class NamedSemaphore::Thread : public spi::WaitingThread {
public:
    explicit Thread(std::shared_ptr<sys::Semaphore> object) noexcept
        : WaitingThread(Hold::no), object_(std::move(object)) {}

private:
    Result<sys::Waited> take(Time until, const sys::Interrupt& interrupt) noexcept override {
        return object_->wait(until, &interrupt);
    }
    // It can't be beyond the limit: it was one more a moment ago, or others have posted up to the limit since.
    void give_back(sys::Waited) noexcept override { (void)object_->post(1); }

    std::shared_ptr<sys::Semaphore> object_;
};

NamedSemaphore::NamedSemaphore(sys::Semaphore&& object)
    : object_(std::make_shared<sys::Semaphore>(std::move(object))), thread_(std::make_shared<Thread>(object_)) {}

NamedSemaphore::NamedSemaphore(NamedSemaphore&&) noexcept = default;

NamedSemaphore& NamedSemaphore::operator=(NamedSemaphore&& other) noexcept {
    NamedSemaphore moved(std::move(other));
    std::swap(object_, moved.object_);
    std::swap(thread_, moved.thread_);
    return *this;
}

NamedSemaphore::~NamedSemaphore() {
    if (thread_ != nullptr) thread_->close();
}

Result<NamedSemaphore> NamedSemaphore::create(const IpcName& name, std::uint32_t initial, IpcCreation creation) {
    if (initial > most) return fail(Errc::invalid_argument);
    auto object = sys::Semaphore::create(name, initial, creation);
    if (!object) return fail(object.error());
    return NamedSemaphore(std::move(*object));
}

Result<NamedSemaphore> NamedSemaphore::open(const IpcName& name) {
    auto object = sys::Semaphore::open(name);
    if (!object) return fail(object.error());
    return NamedSemaphore(std::move(*object));
}

Result<void> NamedSemaphore::remove(const IpcName& name) { return sys::Semaphore::remove(name); }

Task<Result<void>> NamedSemaphore::wait(Deadline deadline) {
    const Deadline until = absolute(deadline);
    // Through the loop also when there is one to take: in a cancelled scope none is taken, and others get their turn.
    Event now;
    now.set();
    auto mine = co_await now.wait();
    if (!mine) co_return fail(mine.error());
    if (!thread_->is_wanted() && try_wait()) co_return Result<void>();
    auto taken = co_await spi::WaitingThread::wait(thread_, until);
    if (!taken) co_return fail(taken.error());
    co_return Result<void>();
}

Result<void> NamedSemaphore::wait_here(Deadline deadline) noexcept {
    // The clock costs more than a semaphore that has a count.
    const Time until = deadline.none() ? never : deadline.resolve(sys::now());
    auto waited = object_->wait(until, nullptr);
    if (!waited) return fail(waited.error());
    if (*waited == sys::Waited::nothing) return fail(Errc::timed_out);
    return {};
}

}  // namespace pier
