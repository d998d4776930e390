// Must not compile: nobody would resume the task.
#include <pier/task.hpp>

pier::Task<void> waits_for_ever() { co_await std::suspend_always(); }
