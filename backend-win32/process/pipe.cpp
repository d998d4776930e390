// Files and pipes, for the standard streams of child processes.
#include "engine/owned_handle.hpp"
#include "engine/timeout.hpp"
#include "process/error.hpp"
#include "process/native_handle.hpp"
#include "process/text.hpp"
#include "socket/winsock.hpp"

#include <pier/sys/pipe.hpp>

#include <algorithm>
#include <atomic>
#include <string>
#include <utility>

namespace pier::sys {
namespace {

using win32::handle_of;
using win32::owned;

std::unexpected<Error> fail_with(DWORD code) noexcept { return fail(win32::translate(code)); }

// One overlapped call at a time.
class Transfer {
public:
    Transfer() noexcept : event_(win32::make_event()) { operation_.hEvent = event_.get(); }
    [[nodiscard]] bool good() const noexcept { return static_cast<bool>(event_); }
    [[nodiscard]] OVERLAPPED* get() noexcept { return &operation_; }

    struct Outcome {
        DWORD code = ERROR_SUCCESS;
        DWORD count = 0;
        bool late = false;
    };
    // After ReadFile or WriteFile, which was told to begin (`begun`), or failed with GetLastError().
    Outcome finish(HANDLE pipe, bool begun, Time until) noexcept {
        Outcome outcome;
        if (!begun) {
            outcome.code = ::GetLastError();
            if (outcome.code != ERROR_IO_PENDING) return outcome;
            outcome.code = ERROR_SUCCESS;
            outcome.late = !win32::wait_for(event_.get(), until);
            // Data may still win the race against the cancel.
            if (outcome.late) ::CancelIoEx(pipe, &operation_);
        }
        if (!::GetOverlappedResult(pipe, &operation_, &outcome.count, TRUE)) outcome.code = ::GetLastError();
        return outcome;
    }

private:
    win32::OwnedHandle event_;
    OVERLAPPED operation_{};
};

constexpr DWORD most_at_once = 1 << 20;

}  // namespace

// Named, because anonymous ones can't be overlapped.
Result<Pipe> make_pipe(PipeSide ours) {
    static std::atomic<unsigned> number = 0;
    const bool reads = ours != PipeSide::writer;
    const DWORD capacity = ours == PipeSide::both ? stream_capacity : 64 << 10;
    // Somebody else may have taken a name, or have opened the other end first: then another one is tried.
    for (int attempt = 0;; ++attempt) {
        const std::wstring name =
            L"\\\\.\\pipe\\pier-" + std::to_wstring(::GetCurrentProcessId()) + L"-" + std::to_wstring(++number);
        SystemHandle kept = owned(::CreateNamedPipeW(
            name.c_str(),
            (reads ? PIPE_ACCESS_INBOUND : PIPE_ACCESS_OUTBOUND) | FILE_FLAG_OVERLAPPED | FILE_FLAG_FIRST_PIPE_INSTANCE,
            PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS, 1, capacity, capacity, 0,
            nullptr));
        DWORD code = ::GetLastError();
        if (kept.valid()) {
            const DWORD flags = ours == PipeSide::both ? FILE_FLAG_OVERLAPPED : 0;
            SystemHandle childs = owned(::CreateFileW(name.c_str(), reads ? GENERIC_WRITE : GENERIC_READ, 0, nullptr,
                                                      OPEN_EXISTING, flags, nullptr));
            code = ::GetLastError();
            if (childs.valid() && reads) return Pipe{std::move(kept), std::move(childs)};
            if (childs.valid()) return Pipe{std::move(childs), std::move(kept)};
        }
        const bool taken = code == ERROR_ACCESS_DENIED || code == ERROR_PIPE_BUSY;
        if (!taken || attempt == 15) return fail_with(code);
    }
}

Result<std::size_t> read_pipe(NativeHandle reader, std::span<std::byte> into, Time until) {
    Transfer transfer;
    if (!transfer.good()) return fail_with(::GetLastError());
    const auto size = static_cast<DWORD>(std::min<std::size_t>(into.size(), most_at_once));
    for (;;) {
        const bool begun = ::ReadFile(handle_of(reader), into.data(), size, nullptr, transfer.get()) != 0;
        const auto outcome = transfer.finish(handle_of(reader), begun, until);
        if (outcome.code == ERROR_BROKEN_PIPE || outcome.code == ERROR_HANDLE_EOF) return 0;
        if (outcome.late && outcome.code == ERROR_OPERATION_ABORTED) return fail(Errc::timed_out);
        if (outcome.code != ERROR_SUCCESS) return fail_with(outcome.code);
        // A write of nothing, which some programs make, is not the end.
        if (outcome.count != 0) return outcome.count;
    }
}

Result<void> write_pipe(NativeHandle writer, std::span<const std::byte> bytes, Time until) {
    Transfer transfer;
    if (!transfer.good()) return fail_with(::GetLastError());
    while (!bytes.empty()) {
        const auto size = static_cast<DWORD>(std::min<std::size_t>(bytes.size(), most_at_once));
        const bool begun = ::WriteFile(handle_of(writer), bytes.data(), size, nullptr, transfer.get()) != 0;
        const auto outcome = transfer.finish(handle_of(writer), begun, until);
        const bool gone = outcome.code == ERROR_NO_DATA || outcome.code == ERROR_BROKEN_PIPE ||
                          outcome.code == ERROR_PIPE_NOT_CONNECTED;
        if (gone) return fail(Errc::connection_reset, static_cast<std::int32_t>(outcome.code));
        if (outcome.late && outcome.code == ERROR_OPERATION_ABORTED) return fail(Errc::timed_out);
        if (outcome.code != ERROR_SUCCESS) return fail_with(outcome.code);
        bytes = bytes.subspan(outcome.count);
    }
    return {};
}

Result<SystemHandle> open_file(const std::string& path, FileUse use) {
    const auto name = win32::to_wide_strictly(path);
    if (!name) return fail(Errc::invalid_argument);
    DWORD access = GENERIC_READ;
    DWORD disposition = OPEN_EXISTING;
    if (use == FileUse::write) {
        access = GENERIC_WRITE;
        disposition = CREATE_ALWAYS;
    } else if (use == FileUse::append) {
        // Without the right to write anywhere, each write goes to the end ("File Access Rights Constants").
        access = FILE_APPEND_DATA | SYNCHRONIZE | FILE_READ_ATTRIBUTES;
        disposition = OPEN_ALWAYS;
    }
    SystemHandle file =
        owned(::CreateFileW(name->c_str(), access, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                            disposition, FILE_ATTRIBUTE_NORMAL, nullptr));
    if (!file.valid()) return fail_with(::GetLastError());
    return file;
}

Result<SystemHandle> open_null(FileUse use) {
    SystemHandle file = owned(::CreateFileW(L"NUL", use == FileUse::read ? GENERIC_READ : GENERIC_WRITE,
                                            FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr, OPEN_EXISTING, 0, nullptr));
    if (!file.valid()) return fail_with(::GetLastError());
    return file;
}

}  // namespace pier::sys
