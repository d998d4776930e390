// Where a loop is, and what ends a program that uses it wrongly.
#include <pier/loop.hpp>

#include <sstream>

namespace pier {

// "the loop of engine epoll-et on thread 1401", "the loop of engine poll, which does not run".
std::string Loop::describe_place() const {
    std::ostringstream text;
    text << "the loop of engine " << name_;
    std::thread::id thread = thread_.load(std::memory_order_relaxed);
    if (thread == std::thread::id()) {
        text << ", which does not run";
    } else {
        text << " on thread " << thread;
    }
    return text.str();
}

void Loop::refuse_thread(const char* deed) const noexcept {
    std::ostringstream sentence;
    sentence << "a socket was " << deed << " on another thread than its loop's: it belongs to " << describe_place()
             << ", this is thread " << std::this_thread::get_id();
    if (this_threads_ != nullptr) sentence << " with " << this_threads_->describe_place();
    spi::assertion_failed(sentence.str().c_str());
}

void Loop::require_here() const noexcept {
    if (current() == this) return;
    std::thread::id runs = thread_.load(std::memory_order_relaxed);
    if (runs != std::thread::id() && runs != std::this_thread::get_id()) refuse_thread("used");
}

void Loop::refuse_start(const spi::Operation& op) const noexcept {
    const Loop& tasks = *op.context->loop;
    if (&tasks == this) spi::assertion_failed("an operation was started by a coroutine that its loop is not running");
    std::string sentence = "an operation on a socket was started by a task of another loop: the socket belongs to " +
                           describe_place() + ", the task to " + tasks.describe_place();
    spi::assertion_failed(sentence.c_str());
}

void Loop::refuse_suspension() noexcept {
    spi::assertion_failed(
        "a task awaited something that is neither an operation of Pier nor a pier::Task: its loop would never resume "
        "it");
}

}  // namespace pier
