// Starting processes, and being told of their ends.
// Resolved by the linker: exactly one backend defines it. Any thread may call it unless it says otherwise, and it
// doesn't block unless it says so. Errors are Pier's conditions with the system's number.
#pragma once

#include <pier/process/end.hpp>
#include <pier/process/options.hpp>
#include <pier/result.hpp>
#include <pier/time.hpp>

#include <cstdint>
#include <memory>
#include <optional>

namespace pier::sys {

// Who waits for an end. It is linked, so that telling it needs no memory.
struct EndListener {
    // On another thread, and async-signal-safe things only: a lock of the child is held.
    void (*told)(EndListener& self) noexcept = nullptr;
    EndListener* before = nullptr;
    EndListener* after = nullptr;
};

// Not safe by itself: who has it locks it.
class EndListeners {
public:
    void add(EndListener& listener) noexcept {
        listener.before = nullptr;
        listener.after = first_;
        if (first_ != nullptr) first_->before = &listener;
        first_ = &listener;
    }
    void remove(EndListener& listener) noexcept {
        (listener.before != nullptr ? listener.before->after : first_) = listener.after;
        if (listener.after != nullptr) listener.after->before = listener.before;
    }
    void tell() noexcept {
        for (EndListener* each = first_; each != nullptr; each = each->after) each->told(*each);
    }

private:
    EndListener* first_ = nullptr;
};

// A process that was started. When the last reference goes, the process goes on.
class Child {
public:
    virtual ~Child() = default;
    [[nodiscard]] virtual std::uint64_t id() const noexcept = 0;
    // Nothing while it runs. An error: the system does not know how it ended.
    [[nodiscard]] virtual std::optional<Result<ProcessEnd>> end() noexcept = 0;
    // From now until remove() the listener is told once, when the process ends; it is not where it has ended already.
    // Errors: not_enough_memory, no_buffer_space.
    [[nodiscard]] virtual Result<void> add(EndListener& listener) = 0;
    // When it returns, nobody is telling the listener, and nobody will.
    virtual void remove(EndListener& listener) noexcept = 0;
    // BLOCKS. Errors: timed_out, and those of end().
    [[nodiscard]] virtual Result<ProcessEnd> wait(Time until) = 0;
    enum class Ending : std::uint8_t { terminate, kill };
    // Success also of a process that has ended. Errors: permission_denied.
    [[nodiscard]] virtual Result<void> request(Ending ending) noexcept = 0;
};

// Where the child's standard streams lead. no_handle: to where this process's own does.
struct ChildStreams {
    NativeHandle input = no_handle;
    NativeHandle output = no_handle;
    NativeHandle error = no_handle;
    bool error_is_output = false;  // then `error` is not looked at
};

// Starts a process. All of `options` counts but the redirects. BLOCKS and fails as Process::spawn() says; texts with a
// NUL have been refused. After start_up().
[[nodiscard]] Result<std::shared_ptr<Child>> spawn(const ProcessOptions& options, const ChildStreams& streams);

}  // namespace pier::sys
