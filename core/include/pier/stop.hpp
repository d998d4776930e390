// Requests to end the process, as events of a loop.
#pragma once

#include <pier/loop.hpp>
#include <pier/sync/event.hpp>

#include <memory>

namespace pier {

// SIGINT and SIGTERM; on Windows Ctrl-C, Ctrl-Break, the closing of the console, and the event "Local\pier-stop-PID".
// They do not end the process while there is one: the program does, when wait() has told it. Afterwards they do again
// what they did before. A SIGINT that the process was started to ignore (nohup, a script's background job) stays
// ignored. One at a time in a process, and not inside serve(), which has its own. Made and destroyed on its loop's
// thread, inside a task.
class StopRequests {
public:
    // Errors: already_in_progress while there is one; what the system says. Throws std::bad_alloc, and nothing has
    // changed.
    [[nodiscard]] static Result<std::unique_ptr<StopRequests>> open();
    StopRequests(const StopRequests&) = delete;
    StopRequests& operator=(const StopRequests&) = delete;
    ~StopRequests();

    // The next request, or one that has come since the last; requests that come together count as one. Errors:
    // timed_out, operation_canceled.
    [[nodiscard]] Task<Result<void>> wait(Deadline deadline = {});

private:
    struct Notice;
    StopRequests() = default;

    Event came_;
    Notice* notice_ = nullptr;
};

}  // namespace pier
