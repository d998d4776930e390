#include <pier/scope.hpp>

#include <exception>
#include <string>

namespace pier {

TaskScope::TaskScope() noexcept : loop_(&this_loop()), exceptions_(std::uncaught_exceptions()) {}

TaskScope::~TaskScope() {
    if (size_ == 0) return;
    // The exception itself can't be named here: no handler has it yet.
    bool thrown = std::uncaught_exceptions() > exceptions_;
    std::string sentence = (thrown ? "an exception passed a TaskScope while tasks of it were alive: "
                                   : "a TaskScope was destroyed while its tasks were alive: ") +
                           std::to_string(size_) +
                           (thrown ? "; catch it inside, cancel() and join() the scope, then rethrow it"
                                   : "; cancel() and join() it first");
    spi::assertion_failed(sentence.c_str());
}

void TaskScope::start(std::coroutine_handle<> root, spi::PromiseBase& promise) {
    // From the frames' lists, because it comes and goes with one.
    void* memory = nullptr;
    try {
        memory = spi::allocate_frame(sizeof(spi::Context));
    } catch (...) {
        root.destroy();  // nobody else knows it
        throw;
    }
    auto* context = ::new (memory) spi::Context;
    context->loop = loop_;
    context->scope = this;
    context->root = context->leaf = root;
    context->cancelled = cancelled_;
    context->promise = &promise;
    context->sibling_after = first_;
    if (first_ != nullptr) first_->sibling_before = context;
    first_ = context;
    ++size_;
    promise.become_root(*context);
    loop_->spawn(*context);
}

void TaskScope::ended(spi::Context& context) noexcept {
    spi::PromiseBase& promise = *context.promise;
    if (promise.observer != nullptr) promise.observer->task_ended(*promise.observer, promise);
    std::exception_ptr exception = std::move(promise.exception);
    context.root.destroy();
    if (context.sibling_before != nullptr) {
        context.sibling_before->sibling_after = context.sibling_after;
    } else {
        first_ = context.sibling_after;
    }
    if (context.sibling_after != nullptr) context.sibling_after->sibling_before = context.sibling_before;
    context.~Context();
    spi::free_frame(&context, sizeof(spi::Context));
    if (exception) {
        if (handler_ != nullptr) {
            handler_(handler_context_, exception);
        } else if (!exception_) {
            exception_ = std::move(exception);
        }
    }
    --size_;
    if (end_handler_ != nullptr) end_handler_(end_context_);
    if (size_ == 0) end_join();
}

void TaskScope::end_join() noexcept {
    if (joiner_ == nullptr || joiner_->stage != spi::Stage::in_flight) return;
    loop_->end(*joiner_, joiner_cancelled_ ? Error{Errc::operation_canceled, 0} : Error{});
}

void TaskScope::cancel() noexcept {
    cancelled_ = true;
    for (spi::Context* context = first_; context != nullptr; context = context->sibling_after) {
        context->cancelled = true;
        if (context->shields == 0 && context->current != nullptr) loop_->cancel(*context->current);
    }
}

TaskScope::JoinAwaiter TaskScope::join(Deadline deadline) noexcept { return JoinAwaiter(*this, deadline); }

void TaskScope::JoinAwaiter::prepare() {
    spi::require(scope_.joiner_ == nullptr, "a TaskScope is joined by two tasks");
    scope_.joiner_ = this;
    scope_.joiner_cancelled_ = false;
    withdraw = stop_waiting;
    set(whole);
}

void TaskScope::JoinAwaiter::stop_waiting(Loop& loop, spi::Operation& op, Error why) noexcept {
    if (why != Errc::operation_canceled) return loop.end(op, why);
    auto& join = static_cast<JoinAwaiter&>(op);
    join.scope_.joiner_cancelled_ = true;
    join.scope_.cancel();
}

bool TaskScope::JoinAwaiter::goes_on() noexcept {
    if (scope_.size_ == 0 || error == Errc::timed_out || error == Errc::not_enough_memory) return false;
    if (has(deadline_passed)) {  // after the end that was none
        error = Error{Errc::timed_out, 0};
        return false;
    }
    bool was_cancelled = has(cancel_requested);
    rearm();
    park();
    if (was_cancelled) stop_waiting(*context->loop, *this, Error{Errc::operation_canceled, 0});
    return true;
}

Result<void> TaskScope::JoinAwaiter::await_resume() {
    // A join that gave up leaves it: unwinding the scope's frame now would destroy what the living tasks use.
    bool gave_up = error.condition == Errc::timed_out || error.condition == Errc::not_enough_memory;
    if (scope_.exception_ && !gave_up) {
        std::rethrow_exception(std::exchange(scope_.exception_, nullptr));
    }
    if (error.condition != Errc::ok) return std::unexpected(error);
    return {};
}

}  // namespace pier
