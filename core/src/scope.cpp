#include <pier/scope.hpp>

namespace pier {

TaskScope::TaskScope() noexcept : loop_(&this_loop()) {}

TaskScope::~TaskScope() {
    spi::require(size_ == 0, "a TaskScope was destroyed while its tasks were alive; cancel() and join() it first");
}

void TaskScope::start(std::coroutine_handle<> root, spi::PromiseBase& promise) {
    // From the frames' lists, because it comes and goes with one.
    auto* context = ::new (spi::allocate_frame(sizeof(spi::Context))) spi::Context;
    context->loop = loop_;
    context->scope = this;
    context->root = root;
    context->cancelled = cancelled_;
    context->exception = &promise.exception;
    context->sibling_after = first_;
    if (first_ != nullptr) first_->sibling_before = context;
    first_ = context;
    ++size_;
    promise.context = context;
    loop_->spawn(*context);
}

void TaskScope::ended(spi::Context& context) noexcept {
    if (*context.exception && !exception_) exception_ = *context.exception;
    context.root.destroy();
    if (context.sibling_before != nullptr) {
        context.sibling_before->sibling_after = context.sibling_after;
    } else {
        first_ = context.sibling_after;
    }
    if (context.sibling_after != nullptr) context.sibling_after->sibling_before = context.sibling_before;
    context.~Context();
    spi::free_frame(&context, sizeof(spi::Context));
    --size_;
    if (size_ == 0 && joiner_ != nullptr && joiner_->stage == spi::Stage::in_flight) {
        loop_->end(*joiner_, joiner_cancelled_ ? Error{Errc::operation_canceled, 0} : Error{});
    }
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
    cancel_hook = cancelled;
}

void TaskScope::JoinAwaiter::cancelled(Loop&, spi::Operation& op) {
    auto& join = static_cast<JoinAwaiter&>(op);
    join.scope_.joiner_cancelled_ = true;
    join.scope_.cancel();
}

Result<void> TaskScope::JoinAwaiter::await_resume() {
    // A join that gave up leaves it: unwinding the scope's frame now would destroy what the living tasks use.
    if (scope_.exception_ && error.condition != Errc::timed_out) {
        std::rethrow_exception(std::exchange(scope_.exception_, nullptr));
    }
    if (error.condition != Errc::ok) return std::unexpected(error);
    return {};
}

}  // namespace pier
