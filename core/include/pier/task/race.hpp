// Several waits at once, of which the first one counts.
#pragma once

#include <pier/scope.hpp>
#include <pier/task.hpp>

#include <cstddef>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace pier {

namespace spi {

template <class T>
using RaceValue = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

// What the racers share. `Winner` keeps the winner's result.
template <class Winner>
struct Race {
    TaskScope scope;
    std::optional<Winner> winner;
    std::exception_ptr exception;

    [[nodiscard]] bool won() const noexcept { return winner.has_value() || exception != nullptr; }
};

template <class Winner, class T, class Keep>
Task<void> run_racer(Race<Winner>& race, Task<T> racer, Keep keep) {
    try {
        if constexpr (std::is_void_v<T>) {
            co_await std::move(racer);
            if (!race.won()) keep(race.winner, std::monostate{});
        } else {
            auto value = co_await std::move(racer);
            if (!race.won()) keep(race.winner, std::move(value));
        }
    } catch (...) {
        if (!race.won()) race.exception = std::current_exception();
    }
    race.scope.cancel();
}

// The losers' results and exceptions are dropped. Without memory to start all of them, those that run end first.
template <class Winner, class Start>
Task<Winner> run_race(Start start) {
    Race<Winner> race;
    try {
        start(race);
    } catch (...) {
        if (!race.won()) race.exception = std::current_exception();
        race.scope.cancel();
    }
    (void)co_await race.scope.join();
    if (race.exception) std::rethrow_exception(race.exception);
    co_return std::move(*race.winner);
}

template <class T>
Task<T> as_task(Task<T> task) {
    return task;
}
template <class A>
requires(!requires { typename A::promise_type; }) Task<Awaited<A>> as_task(A&& awaitable) {
    auto& here = awaitable;  // GCC 12 would copy what is no lvalue
    co_return co_await here;
}

template <class... T, std::size_t... I>
Task<std::variant<RaceValue<T>...>> race_tasks(std::index_sequence<I...>, Task<T>... racers) {
    using Winner = std::variant<RaceValue<T>...>;
    return run_race<Winner>([... racers = std::move(racers)](Race<Winner>& race) mutable {
        (race.scope.spawn(run_racer(race, std::move(racers),
                                    [](std::optional<Winner>& winner, auto&& value) {
                                        winner.emplace(std::in_place_index<I>, std::forward<decltype(value)>(value));
                                    })),
         ...);
    });
}

}  // namespace spi

// Runs all of them, each as a task of its own; when the first one has ended, however it has, cancels the others and
// waits for their end. `index()` of what it gives tells which one won, and the value is that one's result (monostate
// for void); a winner's exception is rethrown. When the awaiting task is cancelled, all are, and the first to end wins
// with its operation_canceled.
//   auto first = co_await race(peer.receive(), quit.wait());
//   if (first.index() == 1) ...
// Tasks are moved into it. What is no Task is used in place, so it must be awaited in the expression that makes it, as
// here. A loser that had already succeeded when it was cancelled has its result dropped: race what can be asked again.
template <class... A>
requires(sizeof...(A) > 0) [[nodiscard]] auto race(A&&... racers) {
    return spi::race_tasks(std::index_sequence_for<A...>(), spi::as_task(std::forward<A>(racers))...);
}

// The same for any number of tasks, at least one: the winner's place and its result.
template <class T>
requires(!std::is_void_v<T>) [[nodiscard]] Task<std::pair<std::size_t, T>> race(std::vector<Task<T>> racers) {
    using Winner = std::pair<std::size_t, T>;
    spi::require(!racers.empty(), "a race of no tasks has no winner");
    return spi::run_race<Winner>([racers = std::move(racers)](spi::Race<Winner>& race) mutable {
        std::size_t place = 0;
        for (Task<T>& racer : racers) {
            race.scope.spawn(spi::run_racer(race, std::move(racer), [place](std::optional<Winner>& winner, T&& value) {
                winner.emplace(place, std::move(value));
            }));
            ++place;
        }
    });
}

}  // namespace pier
