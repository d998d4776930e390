#include "engine/overlapped/iocp.hpp"

#include "engine/overlapped/file_ops.hpp"
#include "engine/overlapped/overlapped_engine.hpp"
#include "engine/owned_handle.hpp"
#include "engine/short_wait.hpp"
#include "engine/shortage.hpp"
#include "engine/timeout.hpp"
#include "process/error.hpp"
#include "process/native_handle.hpp"
#include "socket/sockets.hpp"

#include <atomic>
#include <utility>

namespace pier::win32 {
namespace {

class Iocp final : public OverlappedEngine {
public:
    Iocp(OwnedHandle port, bool skips, const Means& means, spi::ChunkPool& chunks) noexcept
        : OverlappedEngine(means, chunks, Files::by_engine), port_(std::move(port)), skips_(skips) {}
    ~Iocp() override { outlive_notices(); }

    Result<void> adopt_file(NativeHandle file) override;
    Result<void> start_file(spi::FileOperation& op) noexcept override { return begin_file(op, port_.get()); }
    void cancel_file(spi::FileOperation& op) noexcept override { request_cancel(op); }
    Result<void> wait(Time until, spi::Harvest& harvest) override;
    void wake() noexcept override;

protected:
    Result<void> associate(OverlappedDescriptor& descriptor) override;

private:
    OwnedHandle port_;
    ShortWait short_wait_;
    const bool skips_;  // no packet for what succeeded at once
    std::atomic<bool> woken_{false};
};

// For the life of the socket, and shared by its duplicates: the association belongs to the file object.
Result<void> Iocp::associate(OverlappedDescriptor& d) {
    HANDLE socket = handle(native(d.socket));
    if (::CreateIoCompletionPort(socket, port_.get(), of_sockets, 0) == nullptr)
        return fail(translate(::GetLastError()));
    if (!skips_ || d.kind == spi::SocketKind::datagram) return {};
    d.silent_success = ::SetFileCompletionNotificationModes(
                           socket, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS | FILE_SKIP_SET_EVENT_ON_HANDLE) != 0;
    return {};
}

Result<void> Iocp::adopt_file(NativeHandle file) {
    if (::CreateIoCompletionPort(handle_of(file), port_.get(), of_files, 0) == nullptr) {
        return fail(translate(::GetLastError()));
    }
    return {};
}

Result<void> Iocp::wait(Time until, spi::Harvest& harvest) {
    const Time limit = hand_over(harvest) ? Time::min() : until;
    const bool alertable = short_wait_.begin(limit) == ShortWait::Mode::alertable;
    OVERLAPPED_ENTRY entries[spi::limits::iocp_batch];
    ULONG count = 0;
    if (!::GetQueuedCompletionStatusEx(port_.get(), entries, spi::limits::iocp_batch, &count, milliseconds_until(limit),
                                       alertable)) {
        DWORD code = ::GetLastError();
        if (code == WAIT_IO_COMPLETION) short_wait_.interrupted();
        if (code == WAIT_TIMEOUT || code == WAIT_IO_COMPLETION) return {};
        return fail(translate(code));
    }
    for (ULONG i = 0; i < count; ++i) {
        if (entries[i].lpCompletionKey != of_sockets) {
            file_ended(entries[i], port_.get(), harvest);
        } else if (entries[i].lpOverlapped == nullptr) {
            woken_.store(false);
            (void)hand_over(harvest);
        } else {
            ended(*static_cast<OverlappedLane*>(entries[i].lpOverlapped), harvest);
        }
    }
    return {};
}

void Iocp::wake() noexcept {
    if (woken_.exchange(true)) return;
    // Refused while the system is out of non-paged memory, which passes. A lost wake would be a hang that nobody could
    // explain.
    while (!::PostQueuedCompletionStatus(port_.get(), 0, of_sockets, nullptr)) {
        spi::require(is_shortage(::GetLastError()),
                     "the system refuses for good to post to a loop's completion port; has somebody closed it?");
        ::Sleep(1);
    }
}

// PIER_IOCP_SKIP=0 turns them off.
bool wants_skips() noexcept {
    wchar_t value[4];
    DWORD length = ::GetEnvironmentVariableW(L"PIER_IOCP_SKIP", value, 4);
    return length != 1 || value[0] != L'0';
}

Result<std::unique_ptr<spi::Engine>> make(spi::ChunkPool& chunks) {
    auto loaded = extensions();
    if (!loaded) return fail(loaded.error());
    // One thread takes from it: its own loop's.
    OwnedHandle port(::CreateIoCompletionPort(INVALID_HANDLE_VALUE, nullptr, 0, 1));
    if (!port) return fail(translate(::GetLastError()));
    return std::make_unique<Iocp>(std::move(port), loaded->file_handles() && wants_skips(),
                                  Means{.extensions = *loaded}, chunks);
}

}  // namespace

spi::EngineInfo iocp_info() {
    return {
        .name = "iocp",
        .summary = "I/O completion ports: the system reports finished operations; the choice for servers on Windows",
        .probe = probe_overlapped,
        .make = make,
    };
}

}  // namespace pier::win32
