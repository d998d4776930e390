// What the coroutines of one root task share. It belongs to the loop that spawned the task.
#pragma once

#include <pier/spi/operation.hpp>

#include <coroutine>
#include <cstdint>
#include <exception>

namespace pier {
class TaskScope;
}

namespace pier::spi {

struct Context : Link {
    // What every resumption touches stands first, within a cache line.
    Loop* loop = nullptr;
    Operation* current =
        nullptr;  // what the task is suspended in; null while it runs or stands in the loop's queue to start
    std::coroutine_handle<> leaf;     // the coroutine to resume when `current` is delivered
    std::coroutine_handle<> next_up;  // set when a coroutine ended: its awaiting parent, which the trampoline runs next
    std::uint16_t shields = 0;        // > 0: operations start in spite of the cancel
    bool cancelled = false;
    bool ended = false;
    TaskScope* scope = nullptr;               // null for the root that Loop::run drives
    std::coroutine_handle<> root;             // the outermost frame, destroyed when it has ended
    std::exception_ptr* exception = nullptr;  // of the root's promise
    Context* sibling_before = nullptr;        // the scope's list
    Context* sibling_after = nullptr;

    [[nodiscard]] bool stopping() const noexcept { return cancelled && shields == 0; }
};

}  // namespace pier::spi
