// Several named semaphores, made by the first process and opened by the second one.
#pragma once

#include "kind/names.hpp"

#include <pier/ipc/named_semaphore.hpp>

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ipc {

// No thread of this program waits longer, so that none stays behind for long when the other process has died.
inline constexpr pier::Duration patience_with_semaphore = std::chrono::seconds(10);

// The name goes with it.
class MadeSemaphore {
public:
    MadeSemaphore(pier::IpcName name, pier::NamedSemaphore semaphore)
        : name_(std::move(name)), semaphore_(std::move(semaphore)), owns_(true) {}
    MadeSemaphore(MadeSemaphore&& other) noexcept
        : name_(std::move(other.name_)),
          semaphore_(std::move(other.semaphore_)),
          owns_(std::exchange(other.owns_, false)) {}
    MadeSemaphore& operator=(MadeSemaphore&&) = delete;
    ~MadeSemaphore() {
        if (owns_) (void)pier::NamedSemaphore::remove(name_);
    }
    // Once. The name stays this object's.
    [[nodiscard]] pier::NamedSemaphore take() { return std::move(semaphore_); }

private:
    pier::IpcName name_;
    pier::NamedSemaphore semaphore_;
    bool owns_;
};

struct WantedSemaphore {
    std::string_view purpose;
    std::uint32_t count;
};

[[nodiscard]] OrFault<std::vector<MadeSemaphore>> make_semaphores(std::string_view word,
                                                                  std::initializer_list<WantedSemaphore> wanted);
[[nodiscard]] OrFault<std::vector<pier::NamedSemaphore>> open_semaphores(
    std::string_view word, std::initializer_list<std::string_view> purposes);

}  // namespace ipc
