// Task<T>: a coroutine that starts when it is awaited (or spawned) and resumes its awaiter when it ends.
//
// GCC 12 does not turn symmetric transfer into a tail call at -O0 or under sanitizers, so a chain of a few thousand
// awaits that finish at once would overflow the stack. Instead a child runs inside its parent's await_suspend, and a
// child that ends later hands its parent to the loop's trampoline. Stack depth is then the depth of calls, never the
// number of awaits.
#pragma once

#include <pier/detail/awaitable.hpp>
#include <pier/detail/frame_pool.hpp>
#include <pier/spi/context.hpp>

#include <concepts>
#include <coroutine>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace pier {

template <class T>
class Task;

namespace spi {

struct PromiseBase;

// Who wants the result of a task that a scope runs. It may go before the task does.
struct ResultObserver {
    // On the loop's thread, when the task has ended and before its frame goes: takes what it has left.
    void (*task_ended)(ResultObserver& observer, PromiseBase& promise) noexcept = nullptr;
    PromiseBase* promise = nullptr;  // until the task has ended
};

struct PromiseBase {
    Context* context = nullptr;
    union {
        std::coroutine_handle<> parent{};
        ResultObserver* observer;  // of a root, which has no parent; null when nobody wants its result
    };
    std::exception_ptr exception;
    bool root = false;           // a scope or a loop runs it
    bool inside_parent = false;  // running within the parent's await_suspend, which looks at `ended` afterwards
    bool ended = false;

    // From the loop's thread, by a scope or a loop, before it starts.
    void become_root(Context& of) noexcept {
        context = &of;
        root = true;
        std::construct_at(&observer, nullptr);
    }

    // The coroutine has ended, and is suspended: at its end, or where it leaves early with its value set.
    void end() noexcept {
        ended = true;
        if (root) {
            context->ended = true;  // the loop destroys the frame
        } else if (!inside_parent) {
            context->leaf = parent;
        }
    }

    struct FinalAwaiter {
        bool await_ready() const noexcept { return false; }
        template <std::derived_from<PromiseBase> P>
        void await_suspend(std::coroutine_handle<P> handle) const noexcept {
            handle.promise().end();
        }
        void await_resume() const noexcept {}
    };

    std::suspend_always initial_suspend() const noexcept { return {}; }
    FinalAwaiter final_suspend() const noexcept { return {}; }
    void unhandled_exception() noexcept { exception = std::current_exception(); }

#if PIER_CHECKS_AWAITABLES
    template <class A>
    static constexpr A&& await_transform(A&& awaitable) noexcept {
        static_assert(Awaitable<A>,
                      "a pier::Task can await Pier's operations and other pier::Tasks only: the loop would never learn "
                      "of the end of anything else; derive your own awaiter from pier::spi::Awaiter");
        return static_cast<A&&>(awaitable);
    }
#endif

    static void* operator new(std::size_t size) { return allocate_frame(size); }
    static void operator delete(void* frame, std::size_t size) noexcept { free_frame(frame, size); }
};

template <class T>
struct Promise : PromiseBase {
    std::optional<T> value;
    Task<T> get_return_object() noexcept;
    template <class U = T>  // so that co_return {} makes a T
    requires std::constructible_from<T, U&&>
    void return_value(U&& result) { value.emplace(std::forward<U>(result)); }
    T take() {
        if (exception) std::rethrow_exception(exception);
        return std::move(*value);
    }
};

template <>
struct Promise<void> : PromiseBase {
    Task<void> get_return_object() noexcept;
    void return_void() const noexcept {}
    void take() const {
        if (exception) std::rethrow_exception(exception);
    }
};

}  // namespace spi

// Move-only; owns the frame until it is awaited to its end or handed to a TaskScope or Loop::run. Confined to the
// thread of the loop that runs it. An exception that leaves the coroutine is rethrown where it is awaited. It can await
// Pier's operations and other Tasks. Anything else, std::suspend_always say, is an error of the compiler; GCC can't
// tell it, and the program ends with a sentence when the task suspends in it.
template <class T>
class [[nodiscard]] Task {
public:
    using promise_type = spi::Promise<T>;
    using Handle = std::coroutine_handle<promise_type>;

    explicit Task(Handle handle) noexcept : handle_(handle) {}
    Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
    Task& operator=(Task&&) = delete;
    ~Task() {
        if (handle_) handle_.destroy();
    }

    class Awaiter {
    public:
        using awaits_task = void;
        explicit Awaiter(Handle child) noexcept : child_(child) {}
        bool await_ready() const noexcept { return false; }
        template <std::derived_from<spi::PromiseBase> P>
        bool await_suspend(std::coroutine_handle<P> parent) const {
            spi::PromiseBase& promise = child_.promise();
            spi::require(!promise.root && !promise.parent, "a Task was awaited twice");
            promise.context = parent.promise().context;
            promise.parent = parent;
            promise.inside_parent = true;
            child_.resume();
            promise.inside_parent = false;
            return !promise.ended;
        }
        T await_resume() const { return child_.promise().take(); }

    private:
        Handle child_;
    };
    Awaiter operator co_await() const&& noexcept {
        spi::require(static_cast<bool>(handle_), "a Task was awaited that had been moved away");
        return Awaiter(handle_);
    }

    // For scopes and loops: gives up ownership.
    Handle release() noexcept {
        spi::require(static_cast<bool>(handle_), "a Task was run or spawned that had been moved away");
        return std::exchange(handle_, {});
    }

private:
    Handle handle_;
};

template <class T>
Task<T> spi::Promise<T>::get_return_object() noexcept {
    return Task<T>(std::coroutine_handle<Promise<T>>::from_promise(*this));
}
inline Task<void> spi::Promise<void>::get_return_object() noexcept {
    return Task<void>(std::coroutine_handle<Promise<void>>::from_promise(*this));
}

}  // namespace pier
