// Child processes of a server: this program, started once more, to which its parent hands sockets over. A pipe to each
// child carries what it is told, and a job ends all of them when the parent dies.
#include "engine/owned_handle.hpp"
#include "process/create.hpp"
#include "process/error.hpp"
#include "server/parent_link.hpp"

#include <pier/sys/children.hpp>
#include <pier/sys/clock.hpp>
#include <pier/sys/pipe.hpp>
#include <pier/sys/process.hpp>
#include <pier/sys/socket_transfer.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

namespace pier::sys {
namespace {

using win32::Ask;
using win32::Greeting;
using win32::OwnedHandle;

// What fits into a pipe before anybody reads it: half of what make_pipe() asks for.
constexpr std::size_t fits_into_a_pipe = 32 << 10;
// For who has more sockets than that: how long a child may take to begin to read of them.
constexpr Duration patience = std::chrono::seconds(10);

// What is written then has room, and takes no time.
constexpr Duration patience_of_an_ask = std::chrono::milliseconds(100);

std::unexpected<Error> fail_last() noexcept { return fail(win32::translate(::GetLastError())); }

// Has the system's pool call `told` when a handle is signalled, once. It is waited for when this goes.
class Watch {
public:
    Watch() = default;
    Watch(const Watch&) = delete;
    ~Watch() { end(); }
    [[nodiscard]] Result<void> begin(HANDLE on, WAITORTIMERCALLBACK told, void* context) noexcept {
        constexpr ULONG flags = WT_EXECUTEONLYONCE | WT_EXECUTEINWAITTHREAD;
        if (::RegisterWaitForSingleObject(&registered_, on, told, context, INFINITE, flags)) return {};
        registered_ = nullptr;
        return fail_last();
    }
    void end() noexcept {
        if (HANDLE registered = std::exchange(registered_, nullptr))
            ::UnregisterWaitEx(registered, INVALID_HANDLE_VALUE);
    }

private:
    HANDLE registered_ = nullptr;
};

struct StartedAgain {
    explicit StartedAgain(const ChildrenEvents& the_events) noexcept : events(the_events) {}

    // On a thread of the pool.
    static void CALLBACK tell(void* child, BOOLEAN) noexcept {
        auto& self = *static_cast<StartedAgain*>(child);
        self.told = true;
        self.events.news(self.events.context);
    }

    const ChildrenEvents& events;
    SystemHandle pipe;  // to write to
    OwnedHandle taken;
    OwnedHandle process;
    DWORD id = 0;
    spi::Accepted given;
    std::atomic<bool> told{false};
    Watch end_watch;  // before what they watch is closed
    Watch taken_watch;
};

// A process that was created suspended, and that is ended unless it is kept.
class Suspended {
public:
    Suspended(HANDLE process, OwnedHandle thread) noexcept : process_(process), thread_(std::move(thread)) {}
    Suspended(const Suspended&) = delete;
    ~Suspended() {
        if (process_ != nullptr) ::TerminateProcess(process_, 1);
    }
    [[nodiscard]] Result<void> resume() noexcept {
        if (::ResumeThread(thread_.get()) == static_cast<DWORD>(-1)) return fail_last();
        return {};
    }
    void keep() noexcept { process_ = nullptr; }

private:
    HANDLE process_;
    OwnedHandle thread_;
};

void append(std::vector<std::byte>& message, std::span<const std::byte> more) {
    message.insert(message.end(), more.begin(), more.end());
}

Result<std::vector<std::byte>> message_for(DWORD child, const spi::Accepted& given, std::span<spi::Accepted> shared) {
    const Greeting greeting = Greeting::of(child, shared.size() + (given.valid() ? 1 : 0));
    std::vector<std::byte> message;
    append(message, std::as_bytes(std::span(&greeting, 1)));
    const auto add = [&](const spi::Accepted& socket) -> Result<void> {
        auto description = describe_socket(socket.socket(), child);
        if (!description) return fail(description.error());
        append(message, *description);
        return {};
    };
    if (auto added = given.valid() ? add(given) : Result<void>{}; !added) return fail(added.error());
    for (const spi::Accepted& each : shared) {
        if (auto added = add(each); !added) return fail(added.error());
    }
    return message;
}

class Restarts final : public Children {
public:
    explicit Restarts(const ChildrenEvents& events) : events_(events), program_(own_program()) {
        arguments_ = arguments(0, nullptr);
        if (!arguments_.empty()) arguments_.erase(arguments_.begin());
    }

    Result<void> open() noexcept {
        job_ = OwnedHandle(::CreateJobObjectW(nullptr, nullptr));
        if (!job_) return fail_last();
        JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
        // What a handler starts is its own matter, as it is where children are forks.
        limits.BasicLimitInformation.LimitFlags =
            JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK;
        if (!::SetInformationJobObject(job_.get(), JobObjectExtendedLimitInformation, &limits, sizeof limits))
            return fail_last();
        return {};
    }

    Result<std::uint64_t> start(spi::Accepted& given, std::span<spi::Accepted> shared) override {
        auto child = std::make_unique<StartedAgain>(events_);
        children_.reserve(children_.size() + 1);  // nothing may throw once there is a child
        auto pipe = make_pipe(PipeSide::writer);
        if (!pipe) return fail(pipe.error());
        child->pipe = std::move(pipe->writer);
        child->taken = win32::make_event();
        if (!child->taken) return fail_last();
        auto created = create(pipe->reader.get(), child->taken.get());
        if (!created) return fail(created.error());
        child->process = std::move(created->process);
        child->id = created->id;
        // Its number is known, and it does not run: so it finds everything in its place.
        Suspended suspended(child->process.get(), std::move(created->thread));
        auto message = message_for(child->id, given, shared);
        if (!message) return fail(message.error());
        const std::span<const std::byte> all = *message;
        const auto first = all.first(std::min(all.size(), fits_into_a_pipe));
        if (auto written = write_pipe(child->pipe.get(), first, now() + patience); !written)
            return fail(written.error());
        if (auto watched = watch(*child, given.valid()); !watched) return fail(watched.error());
        if (auto resumed = suspended.resume(); !resumed) return fail(resumed.error());
        if (auto written = write_pipe(child->pipe.get(), all.subspan(first.size()), now() + patience); !written)
            return fail(written.error());
        suspended.keep();
        child->given = std::move(given);
        const std::uint64_t id = child->id;
        children_.push_back(std::move(child));
        return id;
    }

    std::size_t size() const noexcept override { return children_.size(); }

    std::vector<ChildEnd> reap() override {
        std::vector<ChildEnd> ended;
        std::erase_if(children_, [&](const std::unique_ptr<StartedAgain>& child) {
            if (!child->told.exchange(false)) return false;
            if (::WaitForSingleObject(child->process.get(), 0) == WAIT_OBJECT_0) {
                auto how = win32::end_of(child->process.get());
                ended.push_back({child->id, how ? *how : ProcessEnd{}});
                return true;
            }
            // The child has its own; the socket ends when that one is closed.
            if (child->given.valid() && ::WaitForSingleObject(child->taken.get(), 0) == WAIT_OBJECT_0) {
                child->given = {};
                child->taken_watch.end();
                child->taken = {};
            }
            return false;
        });
        return ended;
    }

    void ask_to_stop() noexcept override { ask(Ask::stop); }
    void end_grace() noexcept override { ask(Ask::end); }
    void kill() noexcept override {
        for (const auto& child : children_) (void)::TerminateProcess(child->process.get(), 1);
    }

private:
    [[nodiscard]] Result<win32::CreatedProcess> create(NativeHandle pipe, HANDLE taken) const {
        const NativeHandle event{reinterpret_cast<std::uintptr_t>(taken)};
        ProcessOptions options{.program = program_};
        options.arguments = arguments_;
        options.environment.push_back(
            {std::string(parent_variable()), std::to_string(static_cast<std::uintptr_t>(pipe)) + " " +
                                                 std::to_string(static_cast<std::uintptr_t>(event))});
        options.inherited = {pipe, event};
        // A group of its own ignores Ctrl-C from its first moment on.
        return win32::create_process(options, {}, {job_.get(), CREATE_SUSPENDED | CREATE_NEW_PROCESS_GROUP});
    }

    static Result<void> watch(StartedAgain& child, bool has_given) noexcept {
        if (has_given) {
            auto watched = child.taken_watch.begin(child.taken.get(), StartedAgain::tell, &child);
            if (!watched) return watched;
        }
        return child.end_watch.begin(child.process.get(), StartedAgain::tell, &child);
    }

    // The pipe has room for it, or the child has died.
    void ask(Ask what) noexcept {
        if (asked_ >= what) return;
        asked_ = what;
        const std::byte byte{static_cast<std::uint8_t>(what)};
        for (const auto& child : children_)
            (void)write_pipe(child->pipe.get(), std::span(&byte, 1), now() + patience_of_an_ask);
    }

    const ChildrenEvents events_;
    const std::string program_;
    std::vector<std::string> arguments_;
    Ask asked_{};
    OwnedHandle job_;  // goes after the watches
    std::vector<std::unique_ptr<StartedAgain>> children_;
};

}  // namespace

Result<std::unique_ptr<Children>> make_children(const ChildrenEvents& events) {
    auto children = std::make_unique<Restarts>(events);
    if (auto opened = children->open(); !opened) return fail(opened.error());
    return children;
}

bool engines_share_listeners() noexcept { return false; }

void leave(int status) noexcept {
    (void)std::fflush(nullptr);
    std::_Exit(status);
}

}  // namespace pier::sys
