// Child processes of a server, which are the same program as their parent and serve some of its clients.
// Resolved by the linker: exactly one backend defines it. Any thread may call it unless it says otherwise, and it
// doesn't block unless it says so. Errors are Pier's conditions with the system's number.
#pragma once

#include <pier/result.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace pier::sys {

// How a child has ended.
struct ChildEnd {
    std::int64_t id = 0;
    bool killed = false;  // by a signal, `status` is its number; else it is the exit status
    int status = 0;
};

// Made, used and destroyed on one thread of the parent.
class Children {
public:
    enum class Side : std::uint8_t { parent, child };

    virtual ~Children() = default;

    // Returns twice: in the parent, and in its copy. That is a fork, so no other thread may be alive: a lock that it
    // held would be held in the child for ever. The child has all memory and descriptors that the parent has, closes
    // what is not its own, and may call nothing of this object but heed(). Requests to stop (pier/sys/stop.hpp) do not
    // reach it: a terminal or a service manager sends them to all processes of a program, and it is the parent's to
    // decide. The calling thread must be the one that goes on to the parent's end. Errors, in the parent alone:
    // too_many_processes, not_enough_memory.
    [[nodiscard]] virtual Result<Side> start() = 0;

    // How many have been started and not been reaped.
    [[nodiscard]] virtual std::size_t size() const noexcept = 0;
    // The one started last.
    [[nodiscard]] virtual std::int64_t last() const noexcept = 0;
    // Those that have ended since the last call. None stays a zombie then.
    [[nodiscard]] virtual std::vector<ChildEnd> reap() = 0;

    // What the parent asks of all its children at once, by heed(). Idempotent.
    virtual void ask_to_stop() noexcept = 0;
    virtual void end_grace() noexcept = 0;
    // Ends them at once (SIGKILL). They are to be reaped.
    virtual void kill() noexcept = 0;

    // In the child: from now on on_stop(context) is called when the parent asks to stop, and on_end(context) when it
    // asks to end at once; both at once when it asked before this call. Inside a signal handler: they may only do what
    // is async-signal-safe, and it may happen again. The death of the parent, whichever way it dies, asks to end; a
    // child that still runs a second later is ended.
    using Hook = void (*)(void* context) noexcept;
    virtual void heed(Hook on_stop, Hook on_end, void* context) noexcept = 0;
};

// Empty, or a sentence that says why this system has no such children.
[[nodiscard]] std::string children_obstacle();

// `ended` is called with `context` when a child has ended, inside a signal handler: it may only do what is
// async-signal-safe. One at a time in a process. Until it goes it has SIGCHLD, whose handler before is called as well.
// Errors: not_supported where there is an obstacle, too_many_files_open.
[[nodiscard]] Result<std::unique_ptr<Children>> make_children(Children::Hook ended, void* context);

// Ends a child with this status: writes out what its standard streams hold, and destroys nothing that is its parent's.
[[noreturn]] void leave(int status) noexcept;

}  // namespace pier::sys
