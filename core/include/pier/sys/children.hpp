// Child processes of a server, which are the same program as their parent and serve some of its clients: forks of it,
// or where the system has no fork, the program started once more with the same arguments. Resolved by the linker:
// exactly one backend defines it. Any thread may call it unless it says otherwise, and it doesn't block unless it says
// so. Errors are Pier's conditions with the system's number.
#pragma once

#include <pier/process/end.hpp>
#include <pier/result.hpp>
#include <pier/spi/socket.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace pier::sys {

struct ChildEnd {
    std::uint64_t id = 0;
    ProcessEnd how;
};

// In a child: what it has of its parent. Requests to stop (pier/sys/stop.hpp) do not reach the child: a terminal or a
// service manager sends them to all processes of a program, and it is the parent's to decide.
class ParentLink {
public:
    virtual ~ParentLink() = default;

    // The sockets that Children::start() was given, in that order: non-blocking, and the child's own. Once. BLOCKS
    // until they are there. Errors: those of the system for a descriptor more; connection_reset when the parent has
    // died.
    [[nodiscard]] virtual Result<std::vector<spi::Accepted>> take_sockets() = 0;

    // From now on on_stop(context) is called when the parent asks to stop, and on_end(context) when it asks to end at
    // once; both at once when it asked before this call. Inside a signal handler or on another thread: they may only do
    // what is async-signal-safe, and it may happen again. The death of the parent, whichever way it dies, asks to end;
    // a child that still runs a second later is ended. Errors: not_enough_memory, too_many_processes.
    using Hook = void (*)(void* context) noexcept;
    [[nodiscard]] virtual Result<void> heed(Hook on_stop, Hook on_end, void* context) noexcept = 0;
};

// The parent's side. Made, used and destroyed on one thread of it.
class Children {
public:
    // Those that run then are ended with it, where the system can see to it.
    virtual ~Children() = default;

    // Starts a child with a socket for it alone, `given` (none where that is not valid), which this object closes when
    // the child has its own and which stays the caller's when there is no child; and with descriptors of sockets that
    // the parent keeps, `shared`, open for as long as this object lives. The child's number comes back.
    // A fork calls ChildrenEvents::life in the child and never comes back from it there; so no other thread may be
    // alive at this call (a lock that it held would be held in the child for ever), and the calling one has to go on to
    // the parent's end. The child has all memory and descriptors of the parent, and closes what is not its own. A
    // program that is started again comes to find_parent() by itself. Errors: too_many_processes, not_enough_memory,
    // too_many_files_open, no_buffer_space; argument_list_too_long.
    [[nodiscard]] virtual Result<std::uint64_t> start(spi::Accepted& given, std::span<spi::Accepted> shared) = 0;

    // How many have been started and not been reaped.
    [[nodiscard]] virtual std::size_t size() const noexcept = 0;
    // Those that have ended since the last call, of which no zombie stays. What others have taken over is closed here.
    // To be called whenever ChildrenEvents::news has come.
    [[nodiscard]] virtual std::vector<ChildEnd> reap() = 0;

    // What the parent asks of all its children at once, by ParentLink::heed(). Idempotent.
    virtual void ask_to_stop() noexcept = 0;
    virtual void end_grace() noexcept = 0;
    // Ends them at once (SIGKILL, TerminateProcess). They are to be reaped.
    virtual void kill() noexcept = 0;
};

struct ChildrenEvents {
    void* context = nullptr;
    // There is something for reap(). Inside a signal handler or on another thread: it may only do what is
    // async-signal-safe.
    void (*news)(void* context) noexcept = nullptr;
    // What a child that is a fork does, by leave() to its end.
    void (*life)(void* context, ParentLink& parent) noexcept = nullptr;
};

// One at a time in a process. On POSIX it has SIGCHLD until it goes, whose handler before is called as well. Errors:
// too_many_files_open, not_enough_memory.
[[nodiscard]] Result<std::unique_ptr<Children>> make_children(const ChildrenEvents& events);

// The environment variable by which a program that was started again finds its parent. It names handles that the child
// has inherited, and the parent has sent it the child's number by one of them; so a variable that somebody has set, or
// that was passed on, is not taken for a parent. Empty where children are forks.
[[nodiscard]] std::string_view parent_variable() noexcept;

// This process's parent, where Children::start() of it has started the program again; else null, as for forks. From
// then on the variable is gone. Once, before there are requests to stop. Errors: invalid_argument where the variable is
// set and there is no such parent.
[[nodiscard]] Result<std::unique_ptr<ParentLink>> find_parent();

// Whether an engine of each of several processes can wait for one listener that they share. On Windows a listener has
// one completion port, and one event: there a process waits for it by the blocking engine.
[[nodiscard]] bool engines_share_listeners() noexcept;

// Ends a child with this status: writes out what its standard streams hold, and destroys nothing that is its parent's.
[[noreturn]] void leave(int status) noexcept;

}  // namespace pier::sys
