// What a Task may await. Anything else is an error of the compiler, where the compiler can tell without harm, and a
// sentence at run time elsewhere.
#pragma once

#include <pier/spi/operation.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

// GCC 12 copies what await_transform hands on, and operations can't be copied; a wrapper for each would cost 8 bytes of
// the frame an await.
#if defined(__GNUC__) && !defined(__clang__)
#define PIER_CHECKS_AWAITABLES 0
#else
#define PIER_CHECKS_AWAITABLES 1
#endif

namespace pier::spi {

template <class A>
[[nodiscard]] constexpr decltype(auto) awaiter_of(A&& awaitable) {
    if constexpr (requires { std::forward<A>(awaitable).operator co_await(); }) {
        return std::forward<A>(awaitable).operator co_await();
    } else if constexpr (requires { operator co_await(std::forward<A>(awaitable)); }) {
        return operator co_await(std::forward<A>(awaitable));
    } else {
        return std::forward<A>(awaitable);
    }
}

// What awaiting an A gives.
template <class A>
using Awaited = decltype(awaiter_of(std::declval<A>()).await_resume());

// Its awaiter is an operation of the loop (it derives from Awaiter), or says by a member type `awaits_task` that it
// runs a child whose end resumes the parent. Whatever else suspends a task, no loop would know how to resume it.
template <class A>
concept Awaitable =
    std::derived_from<std::remove_cvref_t<decltype(awaiter_of(std::declval<A>()))>, Operation> || requires {
    typename std::remove_cvref_t<decltype(awaiter_of(std::declval<A>()))>::awaits_task;
};

}  // namespace pier::spi
