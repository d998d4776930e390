#include "ipc/memory.hpp"
#include "ipc/own_object.hpp"
#include "ipc/queue_memory.hpp"
#include "ipc/wait.hpp"
#include "process/text.hpp"

#include <pier/sys/ipc/name.hpp>
#include <pier/sys/ipc/queue.hpp>

#include <string>

namespace pier::sys {
namespace {

using win32::raw;

// The memory, the mutex under which it is used, and an event for each end, which is set as long as there is something
// to receive, or room. An event is set before the change that it tells of, and reset after it: so whoever dies in
// between leaves it set, those who wait come, and the first of them finds the mutex abandoned and repairs the memory.
struct Handles {
    Handles() = default;
    Handles(const Handles&) = delete;
    ~Handles() { unmap(memory); }

    Mapping memory;
    QueueLimits limits;
    SystemHandle mutex;
    SystemHandle messages;
    SystemHandle room;
};

// Holds the mutex. BLOCKS while another call, here or in another process, copies its message.
class Turn {
public:
    explicit Turn(Handles& handles) noexcept : handles_(handles), memory_(handles.memory.data, handles.limits) {
        const DWORD answer = ::WaitForSingleObject(raw(handles_.mutex), INFINITE);
        if (answer == WAIT_ABANDONED || (answer == WAIT_OBJECT_0 && !memory_.is_sound())) {
            memory_.repair();
            tell();
        } else if (answer != WAIT_OBJECT_0) {
            error_ = win32::translate(::GetLastError());
        }
    }
    Turn(const Turn&) = delete;
    ~Turn() {
        if (!error_) (void)::ReleaseMutex(raw(handles_.mutex));
    }

    [[nodiscard]] const Error& error() const noexcept { return error_; }
    [[nodiscard]] std::size_t count() const noexcept { return memory_.count(); }
    [[nodiscard]] bool is_full() const noexcept { return memory_.count() == handles_.limits.capacity; }

    void push(std::span<const std::byte> message, unsigned priority) noexcept {
        if (count() == 0) (void)::SetEvent(raw(handles_.messages));
        memory_.push(message, priority);
        if (is_full()) (void)::ResetEvent(raw(handles_.room));
    }
    ReceivedMessage pop(std::span<std::byte> into) noexcept {
        if (is_full()) (void)::SetEvent(raw(handles_.room));
        const ReceivedMessage received = memory_.pop(into);
        if (count() == 0) (void)::ResetEvent(raw(handles_.messages));
        return received;
    }

    // Makes both events say what is there.
    void tell() noexcept {
        (void)(count() > 0 ? ::SetEvent(raw(handles_.messages)) : ::ResetEvent(raw(handles_.messages)));
        (void)(is_full() ? ::ResetEvent(raw(handles_.room)) : ::SetEvent(raw(handles_.room)));
    }

private:
    Handles& handles_;
    win32::QueueMemory memory_;
    Error error_;
};

std::wstring object_name(const wchar_t* prefix, const IpcName& name) {
    return std::wstring(prefix).append(win32::to_wide(name.text()));
}

Result<std::wstring> memory_name(const IpcName& name) {
    auto text = system_name(IpcKind::queue, name);
    if (!text) return fail(text.error());
    return win32::to_wide(*text);
}

std::span<const std::byte> bytes_of(const Mapping& memory) noexcept { return {memory.data, memory.size}; }

Result<SystemHandle> make_event(const std::wstring& name, bool set) {
    auto event = win32::make_own(
        [&](SECURITY_ATTRIBUTES* attributes) { return ::CreateEventW(attributes, TRUE, set, name.c_str()); });
    if (!event) return fail(event.error());
    return std::move(event->handle);
}

// Whoever opens the queue makes what is not there, under the lock of names.
Result<void> complete(Handles& handles, const IpcName& name) {
    auto mutex = win32::make_own([&](SECURITY_ATTRIBUTES* attributes) {
        return ::CreateMutexW(attributes, FALSE, object_name(L"Local\\pier.queue-lock.", name).c_str());
    });
    if (!mutex) return fail(mutex.error());
    auto messages = make_event(object_name(L"Local\\pier.queue-messages.", name), false);
    if (!messages) return fail(messages.error());
    auto room = make_event(object_name(L"Local\\pier.queue-room.", name), true);
    if (!room) return fail(room.error());
    handles.mutex = std::move(mutex->handle);
    handles.messages = std::move(*messages);
    handles.room = std::move(*room);
    return {};
}

// Of objects that are complete, after the lock of names: who has the queue's mutex may be held up. The events may be of
// a queue that has gone, though the memory is new, since a process that ends closes one handle after the other.
Result<void> correct_events(Handles& handles) noexcept {
    Turn turn(handles);
    if (turn.error()) return fail(turn.error());
    turn.tell();
    return {};
}

// Under the lock of names.
Result<void> make_or_open(const win32::NamesLock& lock, Handles& handles, const IpcName& name,
                          const std::wstring& memory, IpcCreation creation) {
    auto made = win32::make_mapping(lock, memory, win32::QueueMemory::size_for(handles.limits));
    if (!made) return fail(made.error());
    handles.memory = std::move(made->mapping);
    if (made->is_new) {
        win32::QueueMemory(handles.memory.data, handles.limits).initialise();
    } else {
        auto found = win32::QueueMemory::limits_of(bytes_of(handles.memory));
        const bool as_asked = creation == IpcCreation::or_open && found && *found == handles.limits;
        if (!as_asked) return fail(Errc::name_taken, ERROR_ALREADY_EXISTS);
    }
    return complete(handles, name);
}

// Under the lock of names.
Result<void> open_existing(const win32::NamesLock& lock, Handles& handles, const IpcName& name,
                           const std::wstring& memory) {
    auto opened = win32::open_mapping(lock, memory, MemoryAccess::read_write);
    if (!opened) return fail(opened.error());
    handles.memory = std::move(*opened);
    auto limits = win32::QueueMemory::limits_of(bytes_of(handles.memory));
    if (!limits) return fail(limits.error());  // its maker may have died before it was made
    handles.limits = *limits;
    return complete(handles, name);
}

template <class Work>
Result<void> under_lock(Work work) {
    auto lock = win32::NamesLock::take();
    if (!lock) return fail(lock.error());
    return work(*lock);
}

}  // namespace

struct Queue::Objects : Handles {};

Queue::Queue(std::unique_ptr<Objects> objects, QueueLimits limits) noexcept
    : objects_(std::move(objects)), limits_(limits) {}
Queue::Queue(Queue&&) noexcept = default;
Queue::~Queue() = default;

Result<Queue> Queue::create(const IpcName& name, QueueLimits limits, IpcCreation creation) {
    auto text = memory_name(name);
    if (!text) return fail(text.error());
    auto objects = std::make_unique<Objects>();
    objects->limits = limits;
    auto made = under_lock([&](auto& lock) { return make_or_open(lock, *objects, name, *text, creation); });
    if (!made) return fail(made.error());
    if (auto corrected = correct_events(*objects); !corrected) return fail(corrected.error());
    return Queue(std::move(objects), limits);
}

Result<Queue> Queue::open(const IpcName& name) {
    auto text = memory_name(name);
    if (!text) return fail(text.error());
    auto objects = std::make_unique<Objects>();
    auto opened = under_lock([&](auto& lock) { return open_existing(lock, *objects, name, *text); });
    if (!opened) return fail(opened.error());
    if (auto corrected = correct_events(*objects); !corrected) return fail(corrected.error());
    const QueueLimits limits = objects->limits;
    return Queue(std::move(objects), limits);
}

// The system removes it with its last handle.
Result<void> Queue::remove(const IpcName& name) {
    auto text = memory_name(name);
    if (!text) return fail(text.error());
    return win32::find_mapping(*text);
}

Result<std::size_t> Queue::size() noexcept {
    const Turn turn(*objects_);
    if (turn.error()) return fail(turn.error());
    return turn.count();
}

Result<void> Queue::try_send(std::span<const std::byte> message, unsigned priority) noexcept {
    Turn turn(*objects_);
    if (turn.error()) return fail(turn.error());
    if (turn.is_full()) return fail(Errc::operation_would_block);
    turn.push(message, priority);
    return {};
}

Result<ReceivedMessage> Queue::try_receive(std::span<std::byte> into) noexcept {
    Turn turn(*objects_);
    if (turn.error()) return fail(turn.error());
    if (turn.count() == 0) return fail(Errc::operation_would_block);
    return turn.pop(into);
}

spi::NativeSocket Queue::watched() const noexcept { return spi::no_socket; }

Result<Waited> Queue::wait(QueueEnd end, Time until, const Interrupt* interrupt) noexcept {
    const HANDLE event = end == QueueEnd::messages ? raw(objects_->messages) : raw(objects_->room);
    return win32::wait_object(event, until, interrupt);
}

}  // namespace pier::sys
