// What a second process does. It ends with 0 when all went well, and with the number of the step that failed.
#include "support.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace ipc_tests {
namespace {

using Words = std::vector<std::string>;

void say_ready() {
    std::fputs("ready\n", stdout);
    std::fflush(stdout);
}

// Until the first process closes the pipe, or ends.
void stay() {
    while (std::getchar() != EOF) {
    }
}

IpcName name(const std::string& text) {
    auto parsed = IpcName::parse(text);
    if (!parsed) std::exit(90);
    return std::move(*parsed);
}

// Turns the bytes over, in place.
int invert(std::span<std::byte> bytes) {
    std::ranges::transform(bytes, bytes.begin(), [](std::byte each) { return ~each; });
    return 0;
}

int invert_memory(const Words& words) {
    auto memory = pier::SharedMemory::open(name(words[1]));
    if (!memory || memory->size() != std::stoul(words[2])) return 1;
    return invert(memory->bytes());
}

int invert_inherited(const Words& words) {
    const pier::NativeHandle handle{static_cast<std::uintptr_t>(std::stoull(words[1]))};
    auto memory = pier::SharedMemory::adopt(pier::SystemHandle(handle));
    if (!memory || memory->size() != std::stoul(words[2])) return 1;
    return invert(memory->bytes());
}

int post(const Words& words) {
    auto semaphore = pier::NamedSemaphore::open(name(words[1]));
    if (!semaphore) return 1;
    say_ready();
    stay();
    return semaphore->post(static_cast<std::uint32_t>(std::stoul(words[2]))) ? 0 : 2;
}

int hold_mutex(const Words& words) {
    auto mutex = pier::NamedMutex::open(name(words[1]));
    if (!mutex) return 1;
    auto lock = mutex->lock_here(after(patience));
    if (!lock) return 2;
    if (lock->owner_died()) lock->mark_consistent();
    say_ready();
    stay();
    return 0;
}

// Adds to a number that is no atomic, under the mutex.
int count(const Words& words) {
    auto mutex = pier::NamedMutex::open(name(words[1]));
    auto memory = pier::SharedMemory::open(name(words[2]));
    if (!mutex || !memory) return 1;
    auto& number = *reinterpret_cast<volatile std::uint32_t*>(memory->bytes().data());
    for (int i = 0; i < std::stoi(words[3]); ++i) {
        auto lock = mutex->lock_here(after(patience));
        if (!lock) return 2;
        number = number + 1;
    }
    return 0;
}

// Messages of a size that changes, each of one value, until it is killed.
int flood(const Words& words) {
    auto queue = pier::MessageQueue::open(name(words[1]));
    if (!queue) return 1;
    std::vector<std::byte> message(queue->limits().message_size);
    say_ready();
    for (std::size_t round = 0;; ++round) {
        std::ranges::fill(message, static_cast<std::byte>(round));
        const auto part = std::span(message).first(1 + round * 37 % message.size());
        if (!queue->send_here(part, after(patience), static_cast<unsigned>(round % 3))) return 2;
    }
}

int drain(const Words& words) {
    auto queue = pier::MessageQueue::open(name(words[1]));
    if (!queue) return 1;
    std::vector<std::byte> message(queue->limits().message_size);
    say_ready();
    while (queue->receive_here(message, after(patience))) {
    }
    return 2;
}

// Makes one of each kind, and keeps it.
int make_all(const Words& words) {
    const IpcName made = name(words[1]);
    auto memory = pier::SharedMemory::create(made, 5000);
    auto semaphore = pier::NamedSemaphore::create(made, 3);
    auto mutex = pier::NamedMutex::create(made);
    auto queue = pier::MessageQueue::create(made);
    if (!memory || !semaphore || !mutex || !queue) return 1;
    say_ready();
    stay();
    return 0;
}

// Makes and removes, until it is killed.
int make_and_remove(const Words& words) {
    const IpcName made = name(words[1]);
    say_ready();
    for (;;) {
        (void)pier::NamedMutex::create(made, IpcCreation::or_open);
        (void)pier::NamedSemaphore::create(made, 1, IpcCreation::or_open);
        (void)pier::MessageQueue::create(made, {}, IpcCreation::or_open);
        (void)pier::SharedMemory::create(made, 100'000, IpcCreation::or_open);
        (void)pier::NamedMutex::remove(made);
        (void)pier::NamedSemaphore::remove(made);
        (void)pier::MessageQueue::remove(made);
        (void)pier::SharedMemory::remove(made);
    }
}

struct Part {
    std::string_view name;
    std::size_t words;
    int (*play)(const Words&);
};
constexpr Part parts[] = {
    {"invert-memory", 3, invert_memory},
    {"invert-inherited", 3, invert_inherited},
    {"post", 3, post},
    {"hold-mutex", 2, hold_mutex},
    {"count", 4, count},
    {"flood", 2, flood},
    {"drain", 2, drain},
    {"make-all", 2, make_all},
    {"make-and-remove", 2, make_and_remove},
};

}  // namespace

int play(const std::vector<std::string>& words) {
    for (const Part& part : parts) {
        if (!words.empty() && words[0] == part.name && words.size() == part.words) return part.play(words);
    }
    return 91;
}

}  // namespace ipc_tests
