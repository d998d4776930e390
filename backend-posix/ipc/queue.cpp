#include "engine/timeout.hpp"
#include "ipc/memory.hpp"
#include "process/error.hpp"

#include <pier/sys/ipc/name.hpp>
#include <pier/sys/ipc/queue.hpp>

#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <string>

namespace pier::sys {

// On Linux an mqd_t is a descriptor, which can be polled (mq_overview(7)).
struct Queue::Objects {
    Objects(mqd_t opened, SystemHandle held) noexcept : queue(opened), mark(std::move(held)) {}
    Objects(const Objects&) = delete;
    ~Objects() { (void)::mq_close(queue); }

    mqd_t queue;
    SystemHandle mark;  // by which others see that it is in use
};

namespace {

constexpr mqd_t none = -1;

// Is there a descriptor to be had? mq_open() says EMFILE also where the queues of this user have all the memory that
// RLIMIT_MSGQUEUE allows.
bool descriptors_are_left() noexcept {
    const int another = ::open("/", O_PATH | O_CLOEXEC);
    if (another >= 0) (void)::close(another);
    return another >= 0;
}

// Of the making of a queue, whose limits are not 0.
std::unexpected<Error> fail_to_make() noexcept {
    const int number = errno;
    switch (number) {
        case EINVAL:  // beyond /proc/sys/fs/mqueue/msg_max or msgsize_max
        case ENOSPC:  // beyond queues_max
            return fail(Errc::beyond_limit, number);
        case EMFILE:
            return fail(descriptors_are_left() ? Errc::beyond_limit : Errc::too_many_files_open, number);
        default:
            return fail(posix::translate(number));
    }
}

Result<QueueLimits> limits_of(mqd_t queue) noexcept {
    mq_attr found{};
    if (::mq_getattr(queue, &found) != 0) return posix::fail_last();
    return QueueLimits{static_cast<std::size_t>(found.mq_maxmsg), static_cast<std::size_t>(found.mq_msgsize)};
}

// An administrator may open what others own, and must not trust it.
bool is_own(mqd_t queue) noexcept {
    struct stat found {};
    return ::fstat(queue, &found) == 0 && found.st_uid == ::geteuid();
}

// A queue that is there, with its names locked.
struct Held {
    std::string text;  // the system's name
    posix::NamesLock lock;
    posix::ObjectFile mark;

    static Result<Held> find(const IpcName& name) {
        auto text = system_name(IpcKind::queue, name);
        if (!text) return fail(text.error());
        auto lock = posix::NamesLock::take();
        if (!lock) return fail(lock.error());
        auto mark = posix::open_file(*lock, IpcKind::queue, name, MemoryAccess::read_write);
        if (!mark) return fail(mark.error());
        return Held{std::move(*text), std::move(*lock), std::move(*mark)};
    }
};

constexpr int opening = O_RDWR | O_NONBLOCK | O_CLOEXEC;

struct Opened {
    mqd_t queue = none;
    bool is_new = false;
};

// The queue that the mark is of, made if it is not there: its maker may have died before.
Result<Opened> open_or_make(const char* name, QueueLimits limits) noexcept {
    mqd_t found = ::mq_open(name, opening);
    if (found != none) return Opened{found, false};
    if (errno != ENOENT) return posix::fail_last();
    mq_attr asked{};
    asked.mq_maxmsg = static_cast<long>(limits.capacity);
    asked.mq_msgsize = static_cast<long>(limits.message_size);
    found = ::mq_open(name, opening | O_CREAT | O_EXCL, 0600, &asked);
    if (found == none) return fail_to_make();
    return Opened{found, true};
}

}  // namespace

Queue::Queue(std::unique_ptr<Objects> objects, QueueLimits limits) noexcept
    : objects_(std::move(objects)), limits_(limits) {}
Queue::Queue(Queue&&) noexcept = default;
Queue::~Queue() = default;

Result<Queue> Queue::create(const IpcName& name, QueueLimits limits, IpcCreation creation) {
    auto text = system_name(IpcKind::queue, name);
    if (!text) return fail(text.error());
    auto lock = posix::NamesLock::take();
    if (!lock) return fail(lock.error());
    auto mark = posix::make_file(*lock, IpcKind::queue, name);
    if (!mark) return fail(mark.error());
    // One without its mark is what was left when somebody died while removing it, or is no object of Pier.
    if (mark->is_new) (void)::mq_unlink(text->c_str());
    auto opened = open_or_make(text->c_str(), limits);
    if (!opened) {
        if (mark->is_new) (void)posix::remove_file(*lock, IpcKind::queue, name);
        return fail(opened.error());
    }
    auto objects = std::make_unique<Objects>(opened->queue, std::move(mark->handle));
    if (!is_own(opened->queue)) return fail(Errc::permission_denied);
    auto has = limits_of(opened->queue);
    if (!has) return fail(has.error());
    const bool as_asked = opened->is_new || (creation == IpcCreation::or_open && *has == limits);
    if (!as_asked) return fail(Errc::name_taken, EEXIST);
    return Queue(std::move(objects), *has);
}

Result<Queue> Queue::open(const IpcName& name) {
    auto held = Held::find(name);
    if (!held) return fail(held.error());
    const mqd_t queue = ::mq_open(held->text.c_str(), opening);
    if (queue == none && errno == ENOENT) return fail(Errc::name_not_found, ENOENT);
    if (queue == none) return posix::fail_last();
    auto objects = std::make_unique<Objects>(queue, std::move(held->mark.handle));
    if (!is_own(queue)) return fail(Errc::permission_denied);
    auto has = limits_of(queue);
    if (!has) return fail(has.error());
    return Queue(std::move(objects), *has);
}

// The mark last: as long as it is there, clean-up finds the name. It is not opened, since who cleans up may have run
// out of descriptors.
Result<void> Queue::remove(const IpcName& name) {
    auto text = system_name(IpcKind::queue, name);
    if (!text) return fail(text.error());
    auto lock = posix::NamesLock::take();
    if (!lock) return fail(lock.error());
    if (auto there = posix::look_at_file(*lock, IpcKind::queue, name); !there) return there;
    if (::mq_unlink(text->c_str()) != 0 && errno != ENOENT) return posix::fail_last();
    return posix::remove_file(*lock, IpcKind::queue, name);
}

Result<std::size_t> Queue::size() noexcept {
    mq_attr found{};
    if (::mq_getattr(objects_->queue, &found) != 0) return posix::fail_last();
    return static_cast<std::size_t>(found.mq_curmsgs);
}

Result<void> Queue::try_send(std::span<const std::byte> message, unsigned priority) noexcept {
    // Which takes no null, also of no bytes.
    const char* bytes = message.empty() ? "" : reinterpret_cast<const char*>(message.data());
    while (::mq_send(objects_->queue, bytes, message.size(), priority) != 0) {
        if (errno != EINTR) return posix::fail_last();
    }
    return {};
}

Result<ReceivedMessage> Queue::try_receive(std::span<std::byte> into) noexcept {
    unsigned priority = 0;
    for (;;) {
        const ssize_t size =
            ::mq_receive(objects_->queue, reinterpret_cast<char*>(into.data()), into.size(), &priority);
        if (size >= 0) return ReceivedMessage{static_cast<std::size_t>(size), priority};
        if (errno != EINTR) return posix::fail_last();
    }
}

spi::NativeSocket Queue::watched() const noexcept {
    return spi::NativeSocket{static_cast<std::uintptr_t>(objects_->queue)};
}

Result<Waited> Queue::wait(QueueEnd end, Time until, const Interrupt*) noexcept {
    for (;;) {
        pollfd entry{objects_->queue, static_cast<short>(end == QueueEnd::messages ? POLLIN : POLLOUT), 0};
        const int ready = ::poll(&entry, 1, posix::milliseconds_until(until));
        if (ready > 0) return Waited::taken;
        if (ready < 0 && errno != EINTR) return posix::fail_last();
        if (until != never && sys::now() >= until) return Waited::nothing;
    }
}

}  // namespace pier::sys
