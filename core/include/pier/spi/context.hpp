// What the coroutines of one root task share. It belongs to the loop that spawned the task.
#pragma once

#include <pier/spi/operation.hpp>

#include <coroutine>
#include <cstdint>

namespace pier {
class TaskScope;
}

namespace pier::spi {

struct PromiseBase;

struct Context : Link {
    // What every resumption touches stands first, within a cache line.
    Loop* loop = nullptr;
    // What the task is suspended in; null while it runs or stands in the loop's queue to start.
    Operation* current = nullptr;
    // The coroutine to resume when `current` is delivered; without `current`, the parent of the one that
    // has just ended, which the trampoline resumes next.
    std::coroutine_handle<> leaf;
    std::uint16_t shields = 0;  // > 0: operations start in spite of the cancel
    bool cancelled = false;
    bool ended = false;
    TaskScope* scope = nullptr;         // null for the root that Loop::run drives
    std::coroutine_handle<> root;       // the outermost frame, destroyed when it has ended
    PromiseBase* promise = nullptr;     // the root's, of a scope's task
    Context* sibling_before = nullptr;  // the scope's list
    Context* sibling_after = nullptr;

    [[nodiscard]] bool stopping() const noexcept { return cancelled && shields == 0; }
};

}  // namespace pier::spi
