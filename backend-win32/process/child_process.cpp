#include "engine/owned_handle.hpp"
#include "engine/timeout.hpp"
#include "process/error.hpp"
#include "process/text.hpp"
#include "socket/winsock.hpp"

#include <pier/tool/child_process.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <utility>

namespace pier::sys {
namespace {

using win32::OwnedHandle;

std::unexpected<Error> fail_last() noexcept { return fail(win32::translate(::GetLastError())); }

class Child : public ChildProcess {
public:
    Child(OwnedHandle process, OwnedHandle output, OwnedHandle event) noexcept
        : process_(std::move(process)), output_(std::move(output)), event_(std::move(event)) {}
    ~Child() override {
        if (ended_) return;
        kill();
        (void)wait();
    }

    Result<std::size_t> read(std::span<std::byte> into, Time until) override {
        OVERLAPPED operation{};
        operation.hEvent = event_.get();
        DWORD count = 0;
        const auto size = static_cast<DWORD>(std::min<std::size_t>(into.size(), 1 << 20));
        if (!::ReadFile(output_.get(), into.data(), size, nullptr, &operation)) {
            const DWORD code = ::GetLastError();
            if (code == ERROR_BROKEN_PIPE) return 0;
            if (code != ERROR_IO_PENDING) return fail(win32::translate(code));
        }
        const bool late = !win32::wait_for(event_.get(), until);
        // Data may still win the race against the cancel.
        if (late) (void)::CancelIoEx(output_.get(), &operation);
        if (::GetOverlappedResult(output_.get(), &operation, &count, TRUE)) return count;
        const DWORD code = ::GetLastError();
        if (code == ERROR_BROKEN_PIPE) return 0;
        if (late && code == ERROR_OPERATION_ABORTED) return fail(Errc::timed_out);
        return fail(win32::translate(code));
    }

    // It is refused when the process has ended already.
    void kill() noexcept override { (void)::TerminateProcess(process_.get(), 1); }

    ProcessEnd wait() override {
        ended_ = true;
        DWORD status = 0;
        if (::WaitForSingleObject(process_.get(), INFINITE) != WAIT_OBJECT_0 ||
            !::GetExitCodeProcess(process_.get(), &status)) {
            return {false, 1};  // somebody has closed our handle; nobody may take that for a success
        }
        return {status >= 0xC0000000, status};
    }

private:
    OwnedHandle process_;
    OwnedHandle output_;
    OwnedHandle event_;
    bool ended_ = false;
};

struct Pipe {
    OwnedHandle reader;  // overlapped, which anonymous pipes can't be
    OwnedHandle writer;  // inheritable
};

Result<Pipe> make_pipe() {
    static std::atomic<unsigned> number = 0;
    const std::wstring name =
        L"\\\\.\\pipe\\pier-" + std::to_wstring(::GetCurrentProcessId()) + L"-" + std::to_wstring(++number);
    Pipe pipe;
    pipe.reader = OwnedHandle(::CreateNamedPipeW(
        name.c_str(), PIPE_ACCESS_INBOUND | FILE_FLAG_OVERLAPPED | FILE_FLAG_FIRST_PIPE_INSTANCE,
        PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS, 1, 0, 64 << 10, 0, nullptr));
    if (!pipe.reader) return fail_last();
    SECURITY_ATTRIBUTES inheritable{sizeof inheritable, nullptr, TRUE};
    pipe.writer = OwnedHandle(::CreateFileW(name.c_str(), GENERIC_WRITE, 0, &inheritable, OPEN_EXISTING, 0, nullptr));
    if (!pipe.writer) return fail_last();
    return pipe;
}

OwnedHandle no_input() {
    SECURITY_ATTRIBUTES inheritable{sizeof inheritable, nullptr, TRUE};
    return OwnedHandle(::CreateFileW(L"NUL", GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, &inheritable,
                                     OPEN_EXISTING, 0, nullptr));
}

OwnedHandle own_error_stream() {
    HANDLE copy = nullptr;
    const HANDLE own = ::GetStdHandle(STD_ERROR_HANDLE);
    if (own == nullptr || own == INVALID_HANDLE_VALUE) return {};
    const HANDLE process = ::GetCurrentProcess();
    if (!::DuplicateHandle(process, own, process, &copy, 0, TRUE, DUPLICATE_SAME_ACCESS)) return {};
    return OwnedHandle(copy);
}

// As split_command_line(), and every C runtime, takes it apart.
std::wstring quoted(const std::string& argument) {
    std::wstring text = L"\"";
    std::size_t backslashes = 0;
    for (wchar_t c : win32::to_wide(argument)) {
        if (c == L'"') text.append(backslashes + 1, L'\\');
        backslashes = c == L'\\' ? backslashes + 1 : 0;
        text += c;
    }
    return text.append(backslashes, L'\\') + L'"';
}

std::wstring own_path() {
    std::wstring path(260, L'\0');
    for (;;) {
        const DWORD size = ::GetModuleFileNameW(nullptr, path.data(), static_cast<DWORD>(path.size()));
        if (size < path.size()) {
            path.resize(size);
            return path;
        }
        path.resize(path.size() * 2);
    }
}

// The handles that a child inherits, and no others.
class Inherited {
public:
    explicit Inherited(std::span<HANDLE> handles) {
        SIZE_T size = 0;
        (void)::InitializeProcThreadAttributeList(nullptr, 1, 0, &size);  // fails, and says how much it wants
        memory_ = std::make_unique<std::byte[]>(size);
        auto* list = reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(memory_.get());
        if (!::InitializeProcThreadAttributeList(list, 1, 0, &size)) return;
        list_ = list;
        good_ = ::UpdateProcThreadAttribute(list_, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles.data(),
                                            handles.size_bytes(), nullptr, nullptr) != 0;
    }
    Inherited(const Inherited&) = delete;
    ~Inherited() {
        if (list_ != nullptr) ::DeleteProcThreadAttributeList(list_);
    }
    [[nodiscard]] bool good() const noexcept { return good_; }
    [[nodiscard]] LPPROC_THREAD_ATTRIBUTE_LIST get() const noexcept { return list_; }

private:
    std::unique_ptr<std::byte[]> memory_;
    LPPROC_THREAD_ATTRIBUTE_LIST list_ = nullptr;
    bool good_ = false;
};

}  // namespace

void crash_at_once() noexcept {
    // Wine calls its debugger whatever the error mode says, but it asks this filter before.
    ::SetUnhandledExceptionFilter([](EXCEPTION_POINTERS* crash) -> LONG {
        (void)::TerminateProcess(::GetCurrentProcess(), crash->ExceptionRecord->ExceptionCode);
        return EXCEPTION_EXECUTE_HANDLER;
    });
}

std::string ProcessEnd::describe() const {
    if (!crashed) return "exit status " + std::to_string(status);
    char text[32];
    (void)std::snprintf(text, sizeof text, "exit status 0x%08x", static_cast<unsigned>(status));
    return text;
}

Result<std::unique_ptr<ChildProcess>> start_child(const std::vector<std::string>& arguments) {
    auto pipe = make_pipe();
    if (!pipe) return fail(pipe.error());
    const OwnedHandle input = no_input();
    if (!input) return fail_last();
    OwnedHandle event = win32::make_event();
    if (!event) return fail_last();
    const OwnedHandle errors = own_error_stream();

    std::array<HANDLE, 3> handles{input.get(), pipe->writer.get(), errors.get()};
    const std::span<HANDLE> list(handles);
    const Inherited inherited{list.first(errors ? 3U : 2U)};
    if (!inherited.good()) return fail_last();
    STARTUPINFOEXW start{};
    start.StartupInfo.cb = sizeof start;
    start.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
    start.StartupInfo.hStdInput = input.get();
    start.StartupInfo.hStdOutput = pipe->writer.get();
    start.StartupInfo.hStdError = errors.get();
    start.lpAttributeList = inherited.get();
    const std::wstring program = own_path();
    std::wstring line = L'"' + program + L'"';
    for (const std::string& argument : arguments) line += L' ' + quoted(argument);

    // The child inherits it: a crash ends it at once, instead of waiting for somebody who reads a dialog.
    const UINT before = ::SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
    PROCESS_INFORMATION process{};
    const BOOL started = ::CreateProcessW(program.c_str(), line.data(), nullptr, nullptr, TRUE,
                                          EXTENDED_STARTUPINFO_PRESENT, nullptr, nullptr, &start.StartupInfo, &process);
    const DWORD code = ::GetLastError();
    ::SetErrorMode(before);
    if (!started) return fail(win32::translate(code));
    const OwnedHandle thread(process.hThread);
    return std::make_unique<Child>(OwnedHandle(process.hProcess), std::move(pipe->reader), std::move(event));
}

}  // namespace pier::sys
