// The base for awaitables of your own: what a Task may wait for besides Pier's operations.
//
// The awaiter lives in the frame of the task that awaits it and never moves, so that others may keep a pointer to it
// while the task waits. An example, a lamp that one task at a time can wait for:
//
//   class Lamp {
//   public:
//       class Awaiter : public pier::AwaitableBase<Awaiter> {
//       public:
//           Awaiter(Lamp& lamp, pier::Deadline deadline) noexcept : AwaitableBase(deadline), lamp_(lamp) {}
//           pier::Result<int> await_resume() const noexcept {
//               if (error) return std::unexpected(error);
//               return lamp_.brightness_;
//           }
//
//       private:
//           friend AwaitableBase;
//           std::optional<pier::Error> ready() noexcept {
//               if (lamp_.brightness_ == 0) return std::nullopt;
//               return pier::Error{};
//           }
//           void begin() noexcept { lamp_.waiter_ = this; }
//           void leave() noexcept { lamp_.waiter_ = nullptr; }
//           Lamp& lamp_;
//       };
//
//       Awaiter lit(pier::Deadline deadline = {}) noexcept { return {*this, deadline}; }
//       void light(int brightness) {
//           brightness_ = brightness;
//           if (auto* waiter = std::exchange(waiter_, nullptr)) waiter->wake();
//       }
//
//   private:
//       Awaiter* waiter_ = nullptr;
//       int brightness_ = 0;
//   };
#pragma once

#include <pier/detail/awaiter.hpp>

#include <optional>

namespace pier {

// Self derives from it and is made by the call that a task awaits. All of it runs on the loop's thread. Self has:
//
//   std::optional<Error> ready()
//       Asked first. Nothing: the task has to wait. An Error, Errc::ok for a success: the wait ends at once with it. It
//       is not asked in a cancelled scope, so what it takes is not lost.
//   void begin()
//       The task is suspended. From now on wake() may be called, also from inside of begin().
//   void leave()
//       The wait ends for another reason (deadline, cancel): forget this waiter. After it no wake() may come.
//   await_resume()
//       The result, where Result<void> does not say it. `error` (a member of the base) tells how the wait has ended:
//       ok, operation_canceled, timed_out, not_enough_memory, or what wake() was given.
//
// None of the first three may throw.
template <class Self>
class AwaitableBase : public spi::Awaiter<spi::Operation> {
public:
    explicit AwaitableBase(Deadline limit) noexcept : Awaiter(limit, spi::Verb::none) {
        withdraw = [](Loop& loop, spi::Operation& op, Error why) noexcept {
            auto& base = static_cast<AwaitableBase&>(op);
            if (base.begun_) base.self().leave();
            loop.end(op, why);
        };
    }

    template <std::derived_from<spi::PromiseBase> P>
    bool await_suspend(std::coroutine_handle<P> handle) {
        Loop& loop = enter(handle);
        const Deadline limit = take_deadline();
        if (context->stopping()) return is_parked(loop.end_at_once(*this));
        if (auto known = self().ready()) return is_parked(loop.end_at_once(*this, *known));
        const bool suspended = is_parked(loop.start(*this, limit));
        if (waits()) {
            begun_ = true;
            self().begin();
        }
        return suspended;
    }

    // Lets the task go on, in a later step of its loop. Once for a wait; the caller has forgotten this waiter before.
    void wake(Error result = {}) noexcept { context->loop->end(*this, result); }
    // Whether the task is suspended in it and nothing has ended the wait yet.
    [[nodiscard]] bool waits() const noexcept { return stage == spi::Stage::in_flight; }

private:
    Self& self() noexcept { return static_cast<Self&>(*this); }

    bool begun_ = false;
};

}  // namespace pier
