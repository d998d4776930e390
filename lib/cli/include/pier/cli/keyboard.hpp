// The keys of the terminal that the program was started from.
#pragma once

#include <pier/process/line_input.hpp>
#include <pier/result.hpp>
#include <pier/sync/event.hpp>
#include <pier/sync/notifier.hpp>
#include <pier/task.hpp>

#include <memory>
#include <optional>
#include <string>

namespace pier {

// While one lives, keys come one by one and the terminal shows nothing of them; afterwards it is as it was, and so it
// is on every other way out of the process, and while it is suspended (pier/sys/terminal.hpp). One at a time in a
// process; made, used and destroyed on its loop's thread, inside a task.
class Keyboard {
public:
    // Null where the standard input or the standard output is no terminal that obeys escape sequences. Errors:
    // already_in_progress while there is one; what the system says. Throws std::bad_alloc.
    [[nodiscard]] static Result<std::unique_ptr<Keyboard>> open();
    Keyboard(const Keyboard&) = delete;
    Keyboard& operator=(const Keyboard&) = delete;
    ~Keyboard();

    // What was typed: for a LineEditor. As KeyInput::next().
    [[nodiscard]] Task<Result<std::optional<std::string>>> next(Deadline deadline = {}) { return keys_.next(deadline); }
    // Set when the line has to be drawn again. Reset by who waits.
    [[nodiscard]] Event& changed() noexcept { return changed_; }

private:
    Keyboard();

    KeyInput keys_;
    Event changed_;
    Notifier notifier_;
    bool begun_ = false;  // these keys are ours to give back
};

}  // namespace pier
