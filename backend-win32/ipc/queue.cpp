#include "engine/owned_handle.hpp"
#include "ipc/memory.hpp"
#include "ipc/queue_memory.hpp"
#include "ipc/wait.hpp"
#include "process/text.hpp"

#include <pier/sys/ipc/name.hpp>
#include <pier/sys/ipc/queue.hpp>

#include <string>

namespace pier::sys {

namespace {

// The memory, the mutex under which it is used, and an event for each end, which is set as long as there is something
// to receive, or room. An event is set before the change that it tells of, and reset after it: so whoever dies in
// between leaves it set, those who wait come, and the first of them finds the mutex abandoned and repairs the memory.
struct Handles {
    Handles() = default;
    Handles(const Handles&) = delete;
    ~Handles() { unmap(memory); }

    Mapping memory;
    win32::OwnedHandle mutex;
    win32::OwnedHandle messages;
    win32::OwnedHandle room;
};

// Holds the mutex. BLOCKS while another call, here or in another process, copies its message.
class Turn {
public:
    explicit Turn(Handles& handles) noexcept
        : handles_(handles), memory_(handles.memory.data), capacity_(memory_.limits().capacity) {
        const DWORD answer = ::WaitForSingleObject(handles_.mutex.get(), INFINITE);
        if (answer == WAIT_ABANDONED) {
            repair();
        } else if (answer != WAIT_OBJECT_0) {
            error_ = win32::translate(::GetLastError());
        }
    }
    Turn(const Turn&) = delete;
    ~Turn() {
        if (!error_) (void)::ReleaseMutex(handles_.mutex.get());
    }

    [[nodiscard]] const Error& error() const noexcept { return error_; }
    [[nodiscard]] std::size_t count() const noexcept { return memory_.count(); }
    [[nodiscard]] bool is_full() const noexcept { return memory_.count() == capacity_; }

    void push(std::span<const std::byte> message, unsigned priority) noexcept {
        if (count() == 0) (void)::SetEvent(handles_.messages.get());
        memory_.push(message, priority);
        if (is_full()) (void)::ResetEvent(handles_.room.get());
    }
    ReceivedMessage pop(std::span<std::byte> into) noexcept {
        if (is_full()) (void)::SetEvent(handles_.room.get());
        const ReceivedMessage received = memory_.pop(into);
        if (count() == 0) (void)::ResetEvent(handles_.messages.get());
        return received;
    }

private:
    void repair() noexcept {
        memory_.repair();
        (void)(count() > 0 ? ::SetEvent(handles_.messages.get()) : ::ResetEvent(handles_.messages.get()));
        (void)(is_full() ? ::ResetEvent(handles_.room.get()) : ::SetEvent(handles_.room.get()));
    }

    Handles& handles_;
    win32::QueueMemory memory_;
    std::size_t capacity_;
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

// Whoever opens the queue makes what is not there, under the lock of names.
Result<void> complete(Handles& handles, const IpcName& name) {
    handles.mutex =
        win32::OwnedHandle(::CreateMutexW(nullptr, FALSE, object_name(L"Local\\pier.queue-lock.", name).c_str()));
    if (!handles.mutex) return fail(win32::name_error(::GetLastError()));
    handles.messages = win32::OwnedHandle(
        ::CreateEventW(nullptr, TRUE, FALSE, object_name(L"Local\\pier.queue-messages.", name).c_str()));
    if (!handles.messages) return fail(win32::name_error(::GetLastError()));
    handles.room =
        win32::OwnedHandle(::CreateEventW(nullptr, TRUE, TRUE, object_name(L"Local\\pier.queue-room.", name).c_str()));
    if (!handles.room) return fail(win32::name_error(::GetLastError()));
    return {};
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
    auto lock = win32::NamesLock::take();
    if (!lock) return fail(lock.error());
    auto made = win32::make_mapping(*lock, *text, win32::QueueMemory::size_for(limits));
    if (!made) return fail(made.error());
    objects->memory = std::move(made->mapping);
    win32::QueueMemory memory(objects->memory.data);
    if (made->is_new) memory.initialise(limits);
    const bool as_asked =
        made->is_new || (creation == IpcCreation::or_open && memory.is_ready() && memory.limits() == limits);
    if (!as_asked) return fail(Errc::name_taken, ERROR_ALREADY_EXISTS);
    if (auto completed = complete(*objects, name); !completed) return fail(completed.error());
    return Queue(std::move(objects), limits);
}

Result<Queue> Queue::open(const IpcName& name) {
    auto text = memory_name(name);
    if (!text) return fail(text.error());
    auto objects = std::make_unique<Objects>();
    auto lock = win32::NamesLock::take();
    if (!lock) return fail(lock.error());
    auto opened = win32::open_mapping(*lock, *text, MemoryAccess::read_write);
    if (!opened) return fail(opened.error());
    objects->memory = std::move(*opened);
    win32::QueueMemory memory(objects->memory.data);
    if (!memory.is_ready()) return fail(Errc::name_not_found);  // its maker has died before it was made
    if (auto completed = complete(*objects, name); !completed) return fail(completed.error());
    return Queue(std::move(objects), memory.limits());
}

// The system removes it with its last handle.
Result<void> Queue::remove(const IpcName& name) {
    auto text = memory_name(name);
    if (!text) return fail(text.error());
    const win32::OwnedHandle opened(::OpenFileMappingW(FILE_MAP_READ, FALSE, text->c_str()));
    if (!opened) return fail(win32::name_error(::GetLastError()));
    return {};
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
    const HANDLE event = end == QueueEnd::messages ? objects_->messages.get() : objects_->room.get();
    return win32::wait_object(event, until, interrupt);
}

}  // namespace pier::sys
