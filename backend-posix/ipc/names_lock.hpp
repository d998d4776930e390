// One maker of named objects at a time.
#pragma once

#include <pier/process/system_handle.hpp>
#include <pier/result.hpp>

#include <string>
#include <utility>

namespace pier::posix {

// While it lives, no other process or thread of this user makes, opens or removes an object with a name. So an object
// that takes several steps to make, or that consists of two, is never seen half made, but by those who come after a
// maker that died: the lock goes with its process. It is an flock(2) of a file that is removed with the lock.
class NamesLock {
public:
    // BLOCKS. Errors: permission_denied when another user has made the file, or it is no plain file;
    // not_enough_memory when /dev/shm is full; what the system says.
    [[nodiscard]] static Result<NamesLock> take();
    NamesLock(NamesLock&&) = default;
    ~NamesLock();

private:
    NamesLock(std::string name, SystemHandle file) noexcept : name_(std::move(name)), file_(std::move(file)) {}

    std::string name_;
    SystemHandle file_;
};

}  // namespace pier::posix
