// Names by which processes find each other's shared memory, semaphores, mutexes, message queues and pipes.
#pragma once

#include <pier/result.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace pier {

// Kinds have names of their own: a queue and a semaphore may both be called "work".
enum class IpcKind : std::uint8_t { shared_memory, semaphore, mutex, queue, pipe };
inline constexpr IpcKind ipc_kinds[] = {IpcKind::shared_memory, IpcKind::semaphore, IpcKind::mutex, IpcKind::queue,
                                        IpcKind::pipe};
// "shared-memory", "semaphore" and so on. Static storage.
[[nodiscard]] std::string_view name_of(IpcKind kind) noexcept;

// A name that the rules of all systems allow for all kinds: letters and digits of ASCII, '-', '_' and '.', at most
// `longest` of them. It begins with a letter or digit and does not end with a '.', which Windows takes off. Case
// counts, but not for pipes on Windows, so don't have two that differ in case alone.
//
// It belongs to the user, and on Windows to the session: another user's "work" is another object. What the system calls
// it, for the user 1000 in session 1 ("/run/user/1000" is $XDG_RUNTIME_DIR; without it the folder is /tmp/pier-1000):
//
//   kind           POSIX                              Windows
//   shared_memory  /pier.1000.shm.NAME   shm_open     Local\pier.shm.NAME       CreateFileMapping
//   semaphore      /pier.1000.sem.NAME   shm_open     Local\pier.sem.NAME       CreateSemaphore
//   mutex          /pier.1000.mutex.NAME shm_open     Local\pier.mutex.NAME     CreateMutex
//   queue          /pier.1000.queue.NAME mq_open      Local\pier.queue.NAME     CreateFileMapping
//   pipe           /run/user/1000/pier/NAME mkfifo    \\.\pipe\pier.1.NAME      CreateNamedPipe
class IpcName {
public:
    // With the longest prefix of the table it fits NAME_MAX (shm_open, mq_open; sem_open takes four less), MAX_PATH
    // (Windows' objects) and 256 characters (CreateNamedPipe).
    static constexpr std::size_t longest = 200;

    // Errors: bad_name. Throws std::bad_alloc.
    [[nodiscard]] static Result<IpcName> parse(std::string_view text);
    // Why a text is no name, as the end of a sentence ("it is empty"); empty for one that is. Static storage.
    [[nodiscard]] static std::string_view fault(std::string_view text) noexcept;

    [[nodiscard]] const std::string& text() const noexcept { return text_; }

    friend bool operator==(const IpcName&, const IpcName&) noexcept = default;

private:
    explicit IpcName(std::string text) noexcept : text_(std::move(text)) {}

    std::string text_;
};

}  // namespace pier
