// A child's side: the sockets that its parent gives it, and what the parent asks.
#include "server/parent_link.hpp"

#include "engine/owned_handle.hpp"
#include "process/error.hpp"
#include "process/text.hpp"
#include "socket/sockets.hpp"

#include <pier/sys/children.hpp>
#include <pier/sys/socket_transfer.hpp>

#include <cwchar>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <utility>

namespace pier::sys {
namespace {

using win32::Ask;
using win32::Greeting;
using win32::OwnedHandle;

// How long a child that has lost its parent may take to end by itself.
constexpr DWORD orphan_milliseconds = 1000;

// The console sends its events to all processes that it has; here the parent decides. When the console closes, the
// system ends the process as soon as this returns, or after some seconds; the parent ends it earlier.
BOOL WINAPI leave_it_to_the_parent(DWORD event) {
    if (event == CTRL_CLOSE_EVENT || event == CTRL_SHUTDOWN_EVENT) ::Sleep(INFINITE);
    return TRUE;
}

// Errors: connection_reset at the pipe's end.
Result<void> read_all(HANDLE pipe, std::span<std::byte> into) noexcept {
    while (!into.empty()) {
        DWORD got = 0;
        if (!::ReadFile(pipe, into.data(), static_cast<DWORD>(into.size()), &got, nullptr)) {
            const DWORD code = ::GetLastError();
            if (code == ERROR_BROKEN_PIPE) return fail(Errc::connection_reset, static_cast<std::int32_t>(code));
            return fail(win32::translate(code));
        }
        into = into.subspan(got);
    }
    return {};
}

// A thread's life.
void hear(HANDLE pipe, ParentLink::Hook on_stop, ParentLink::Hook on_end, void* context) noexcept {
    Ask ask{};
    while (read_all(pipe, std::as_writable_bytes(std::span(&ask, 1)))) {
        on_stop(context);
        if (ask == Ask::end) on_end(context);
    }
    // The parent has died. A handler may compute for ever, and nobody is left who would end it, where the job doesn't.
    on_stop(context);
    on_end(context);
    ::Sleep(orphan_milliseconds);
    ::TerminateProcess(::GetCurrentProcess(), 1);
}

class PipeToParent final : public ParentLink {
public:
    PipeToParent(OwnedHandle pipe, OwnedHandle taken, DWORD sockets) noexcept
        : pipe_(std::move(pipe)), taken_(std::move(taken)), count_(sockets) {}

    Result<std::vector<spi::Accepted>> take_sockets() override {
        std::vector<spi::Accepted> sockets;
        std::vector<std::byte> description(socket_description_size());
        for (DWORD i = 0; i < count_; ++i) {
            if (auto read = read_all(pipe_.get(), description); !read) return fail(read.error());
            auto made = make_socket(description);
            if (!made) return fail(made.error());
            sockets.emplace_back(*made);
            sockets.back().set_peer(win32::peer_of(win32::native(*made)));
        }
        ::SetEvent(taken_.get());
        taken_ = {};
        return sockets;
    }

    Result<void> heed(Hook on_stop, Hook on_end, void* context) noexcept override {
        try {
            std::thread(hear, pipe_.get(), on_stop, on_end, context).detach();  // ends with the process
        } catch (const std::exception&) {  // no thread, or no memory to start it with
            return fail(Errc::not_enough_memory);
        }
        return {};
    }

private:
    OwnedHandle pipe_;
    OwnedHandle taken_;
    DWORD count_;
};

std::wstring variable_name() { return win32::to_wide(win32::parent_variable); }

// Empty: there is none. It is gone then, for this process and those that it starts.
std::wstring take_variable() {
    const std::wstring name = variable_name();
    wchar_t value[64] = {};
    const DWORD size = ::GetEnvironmentVariableW(name.c_str(), value, static_cast<DWORD>(std::size(value)));
    if (size == 0) return {};
    (void)::_wputenv((name + L"=").c_str());  // the C runtime's copy, which some ways of starting programs pass on
    (void)::SetEnvironmentVariableW(name.c_str(), nullptr);
    // As much as there is room for: what is longer is none of ours.
    return size < std::size(value) ? std::wstring(value, size) : std::wstring(L"?");
}

struct Handles {
    HANDLE pipe = nullptr;
    HANDLE taken = nullptr;
};

std::optional<Handles> parse(const std::wstring& value) {
    const wchar_t* at = value.c_str();
    wchar_t* end = nullptr;
    const unsigned long long pipe = std::wcstoull(at, &end, 10);
    if (end == at || *end != L' ') return std::nullopt;
    at = end + 1;
    const unsigned long long taken = std::wcstoull(at, &end, 10);
    if (end == at || *end != L'\0') return std::nullopt;
    return Handles{reinterpret_cast<HANDLE>(static_cast<std::uintptr_t>(pipe)),
                   reinterpret_cast<HANDLE>(static_cast<std::uintptr_t>(taken))};
}

// Nothing is taken out of the pipe, for it may be anybody's.
std::optional<Greeting> greeting_in(const Handles& handles) noexcept {
    Greeting greeting;
    DWORD size = 0;
    const bool is_pipe = ::GetFileType(handles.pipe) == FILE_TYPE_PIPE;
    const bool greeted = is_pipe && ::PeekNamedPipe(handles.pipe, &greeting, sizeof greeting, &size, nullptr, nullptr);
    if (!greeted || size != sizeof greeting || !greeting.is_for(::GetCurrentProcessId())) return std::nullopt;
    if (::WaitForSingleObject(handles.taken, 0) != WAIT_TIMEOUT) return std::nullopt;
    return greeting;
}

}  // namespace

std::string_view parent_variable() noexcept { return win32::parent_variable; }

Result<std::unique_ptr<ParentLink>> find_parent() {
    const std::wstring value = take_variable();
    if (value.empty()) return nullptr;
    const auto handles = parse(value);
    if (!handles) return fail(Errc::invalid_argument);
    const auto greeting = greeting_in(*handles);
    if (!greeting) return fail(Errc::invalid_argument);
    OwnedHandle pipe(handles->pipe);
    OwnedHandle taken(handles->taken);
    // What this process starts is not to have them.
    (void)::SetHandleInformation(pipe.get(), HANDLE_FLAG_INHERIT, 0);
    (void)::SetHandleInformation(taken.get(), HANDLE_FLAG_INHERIT, 0);
    (void)::SetConsoleCtrlHandler(leave_it_to_the_parent, TRUE);
    Greeting again;
    if (auto read = read_all(pipe.get(), std::as_writable_bytes(std::span(&again, 1))); !read)
        return fail(read.error());
    return std::make_unique<PipeToParent>(std::move(pipe), std::move(taken), greeting->sockets);
}

}  // namespace pier::sys
