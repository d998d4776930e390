// The usual mailbox of libraries that only bring a wake-up: a locked vector, swapped out whole.
#pragma once
#include <mutex>
#include <vector>

#include "micro.hpp"

namespace bench {

class TaskQueue {
public:
    void push(const Task& task) {
        const std::scoped_lock lock(mutex_);
        waiting_.push_back({task.function, task.argument});
    }

    // On the loop's thread only.
    void run_all() {
        {
            const std::scoped_lock lock(mutex_);
            running_.swap(waiting_);
        }
        for (const Entry& entry : running_) entry.function(entry.argument);
        running_.clear();
    }

private:
    struct Entry {
        void (*function)(void*);
        void* argument;
    };

    std::mutex mutex_;
    std::vector<Entry> waiting_;
    std::vector<Entry> running_;
};

}  // namespace bench
