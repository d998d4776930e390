// Starting a process, and being told of its end by a thread of the system's pool.
#include "engine/owned_handle.hpp"
#include "engine/timeout.hpp"
#include "process/error.hpp"
#include "process/native_handle.hpp"
#include "process/program.hpp"
#include "process/signal.hpp"
#include "process/text.hpp"
#include "socket/winsock.hpp"

#include <pier/sys/spawn.hpp>

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>
#include <vector>

namespace pier::sys {
namespace {

using win32::handle_of;
using win32::OwnedHandle;

// From here on a status is that of an exception (NTSTATUS, severity "error").
constexpr DWORD first_exception = 0xC0000000;
// ERROR_ELEVATION_REQUIRED, which mingw-w64's headers lack.
constexpr DWORD elevation_required = 740;

std::unexpected<Error> fail_last() noexcept { return fail(win32::translate(::GetLastError())); }

class StartedChild final : public Child {
public:
    StartedChild() = default;
    // Nobody listens any more, so whoever is telling is done soon.
    ~StartedChild() override {
        if (registered_ != nullptr) ::UnregisterWaitEx(registered_, INVALID_HANDLE_VALUE);
    }

    // Once, and before anything else.
    void begin(OwnedHandle process, DWORD id) noexcept {
        process_ = std::move(process);
        id_ = id;
    }

    std::uint64_t id() const noexcept override { return id_; }

    std::optional<Result<ProcessEnd>> end() noexcept override {
        // By its handle: a status of 259, which STILL_ACTIVE is, may be anybody's.
        if (::WaitForSingleObject(process_.get(), 0) != WAIT_OBJECT_0) return std::nullopt;
        return end_now();
    }

    Result<void> add(EndListener& listener) override {
        std::lock_guard lock(mutex_);
        if (registered_ == nullptr) {
            constexpr ULONG flags = WT_EXECUTEONLYONCE | WT_EXECUTEINWAITTHREAD;
            if (!::RegisterWaitForSingleObject(&registered_, process_.get(), ended, this, INFINITE, flags)) {
                registered_ = nullptr;
                return fail_last();
            }
        }
        listeners_.add(listener);
        return {};
    }

    void remove(EndListener& listener) noexcept override {
        std::lock_guard lock(mutex_);
        listeners_.remove(listener);
    }

    Result<ProcessEnd> wait(Time until) override {
        if (!win32::wait_for(process_.get(), until)) return fail(Errc::timed_out);
        return end_now();
    }

    Result<void> request(Ending) noexcept override {
        if (::TerminateProcess(process_.get(), 1)) return {};
        const DWORD code = ::GetLastError();
        // One that is ending already denies the access.
        if (::WaitForSingleObject(process_.get(), 0) == WAIT_OBJECT_0 || is_ending()) return {};
        return fail(win32::translate(code));
    }

private:
    [[nodiscard]] Result<ProcessEnd> end_now() const noexcept {
        DWORD status = 0;
        if (!::GetExitCodeProcess(process_.get(), &status)) return fail_last();
        return ProcessEnd{status >= first_exception ? ProcessEnd::By::exception : ProcessEnd::By::exit, status};
    }
    [[nodiscard]] bool is_ending() const noexcept {
        DWORD status = STILL_ACTIVE;
        return ::GetExitCodeProcess(process_.get(), &status) && status != STILL_ACTIVE;
    }
    // On a thread of the pool that waits for others, too: it only tells.
    static void CALLBACK ended(void* context, BOOLEAN) noexcept {
        auto& self = *static_cast<StartedChild*>(context);
        std::lock_guard lock(self.mutex_);
        self.listeners_.tell();
    }

    OwnedHandle process_;
    DWORD id_ = 0;
    std::mutex mutex_;
    EndListeners listeners_;
    HANDLE registered_ = nullptr;
};

// The handles that a child inherits, and no others.
class HandleList {
public:
    // `handles` has to live as long.
    explicit HandleList(std::vector<HANDLE>& handles) {
        SIZE_T size = 0;
        ::InitializeProcThreadAttributeList(nullptr, 1, 0, &size);
        memory_ = std::make_unique<std::byte[]>(size);
        auto* list = reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(memory_.get());
        if (!::InitializeProcThreadAttributeList(list, 1, 0, &size)) return;
        list_ = list;
        good_ = ::UpdateProcThreadAttribute(list_, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles.data(),
                                            handles.size() * sizeof(HANDLE), nullptr, nullptr) != 0;
    }
    HandleList(const HandleList&) = delete;
    ~HandleList() {
        if (list_ != nullptr) ::DeleteProcThreadAttributeList(list_);
    }
    [[nodiscard]] bool good() const noexcept { return good_; }
    [[nodiscard]] LPPROC_THREAD_ATTRIBUTE_LIST get() const noexcept { return list_; }

private:
    std::unique_ptr<std::byte[]> memory_;
    LPPROC_THREAD_ATTRIBUTE_LIST list_ = nullptr;
    bool good_ = false;
};

// Makes handles inheritable, which the system demands of those in the list, and undoes it.
class MadeInheritable {
public:
    MadeInheritable() = default;
    MadeInheritable(const MadeInheritable&) = delete;
    ~MadeInheritable() {
        for (HANDLE each : changed_) ::SetHandleInformation(each, HANDLE_FLAG_INHERIT, 0);
    }
    Result<void> add(HANDLE handle) {
        DWORD flags = 0;
        if (!::GetHandleInformation(handle, &flags)) return fail(Errc::invalid_argument, ERROR_INVALID_HANDLE);
        if ((flags & HANDLE_FLAG_INHERIT) != 0) return {};
        changed_.push_back(handle);
        if (::SetHandleInformation(handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT)) return {};
        changed_.pop_back();
        return fail_last();
    }

private:
    std::vector<HANDLE> changed_;
};

// Null: this process has none, so the child has none.
HANDLE stream_of(NativeHandle wanted, DWORD own) noexcept {
    if (wanted != no_handle) return handle_of(wanted);
    const HANDLE handle = ::GetStdHandle(own);
    DWORD flags = 0;
    const bool is_one = handle != INVALID_HANDLE_VALUE && handle != nullptr && ::GetHandleInformation(handle, &flags);
    return is_one ? handle : nullptr;  // it may have been closed
}

Error meaning(DWORD code) noexcept {
    const auto number = static_cast<std::int32_t>(code);
    switch (code) {
        case ERROR_FILE_NOT_FOUND:
        case ERROR_PATH_NOT_FOUND:
            return {Errc::program_not_found, number};
        case ERROR_BAD_EXE_FORMAT:
        case ERROR_BAD_FORMAT:
        case ERROR_EXE_MACHINE_TYPE_MISMATCH:
        case ERROR_INVALID_EXE_SIGNATURE:
        case ERROR_CHILD_NOT_COMPLETE:  // of another subsystem
            return {Errc::not_executable, number};
        case elevation_required:
        case ERROR_ACCESS_DISABLED_BY_POLICY:
            return {Errc::permission_denied, number};
        case ERROR_FILENAME_EXCED_RANGE:
            return {Errc::argument_list_too_long, number};
        case ERROR_NOT_ENOUGH_QUOTA:  // a job's limit
        case ERROR_MAX_THRDS_REACHED:
        case ERROR_NO_PROC_SLOTS:
            return {Errc::too_many_processes, number};
        default:
            return win32::translate(code);
    }
}

// Errors: directory_not_found; invalid_argument for what is no UTF-8.
Result<std::wstring> directory_of(const ProcessOptions& options) {
    auto path = win32::to_wide_strictly(options.directory);
    if (!path) return fail(Errc::invalid_argument);
    if (path->empty()) return *path;
    const DWORD attributes = ::GetFileAttributesW(path->c_str());
    if (attributes == INVALID_FILE_ATTRIBUTES && ::GetLastError() == ERROR_ACCESS_DENIED) return fail_last();
    const bool is_one = attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
    if (!is_one) return fail(Errc::directory_not_found, ERROR_DIRECTORY);
    return *path;
}

struct Texts {
    std::wstring program;
    std::wstring line;
    std::wstring environment;
    std::wstring directory;
};

Result<Texts> texts_of(const ProcessOptions& options) {
    auto directory = directory_of(options);
    if (!directory) return fail(directory.error());
    auto program = win32::find_program(options);
    if (!program) return fail(program.error());
    auto line = win32::command_line_of(options);
    if (!line) return fail(line.error());
    auto environment = win32::environment_of(options);
    if (!environment) return fail(environment.error());
    return Texts{std::move(*program), std::move(*line), std::move(*environment), std::move(*directory)};
}

// With handles that are inheritable.
Result<PROCESS_INFORMATION> create(Texts& texts, const std::array<HANDLE, 3>& streams, std::vector<HANDLE>& handles) {
    std::optional<HandleList> list;
    STARTUPINFOEXW start{};
    start.StartupInfo.cb = sizeof start;
    start.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
    start.StartupInfo.hStdInput = streams[0];
    start.StartupInfo.hStdOutput = streams[1];
    start.StartupInfo.hStdError = streams[2];
    if (!handles.empty()) {  // an empty list is refused
        list.emplace(handles);
        if (!list->good()) return fail_last();
        start.lpAttributeList = list->get();
    }
    PROCESS_INFORMATION process{};
    const BOOL started =
        ::CreateProcessW(texts.program.c_str(), texts.line.data(), nullptr, nullptr, !handles.empty(),
                         EXTENDED_STARTUPINFO_PRESENT | CREATE_UNICODE_ENVIRONMENT, texts.environment.data(),
                         texts.directory.empty() ? nullptr : texts.directory.c_str(), &start.StartupInfo, &process);
    if (!started) return fail(meaning(::GetLastError()));
    return process;
}

}  // namespace

Result<std::shared_ptr<Child>> spawn(const ProcessOptions& options, const ChildStreams& wanted) {
    auto texts = texts_of(options);
    if (!texts) return fail(texts.error());
    std::array<HANDLE, 3> streams{stream_of(wanted.input, STD_INPUT_HANDLE),
                                  stream_of(wanted.output, STD_OUTPUT_HANDLE), nullptr};
    streams[2] = wanted.error_is_output ? streams[1] : stream_of(wanted.error, STD_ERROR_HANDLE);

    // A handle that stands twice is refused by the system.
    std::vector<HANDLE> handles;
    auto add = [&](HANDLE handle) {
        const bool is_new = handle != nullptr && std::ranges::find(handles, handle) == handles.end();
        if (is_new) handles.push_back(handle);
    };
    for (HANDLE each : streams) add(each);
    for (NativeHandle each : options.inherited) {
        if (each == no_handle || handle_of(each) == nullptr) return fail(Errc::invalid_argument, ERROR_INVALID_HANDLE);
        add(handle_of(each));
    }

    // Their memory before there is a process.
    auto child = std::make_shared<StartedChild>();
    auto watch = win32::EndWatch::prepare();
    // One at a time, for two may make the same handle inheritable and undo it.
    static std::mutex starting;
    std::lock_guard lock(starting);
    MadeInheritable inheritable;
    for (HANDLE each : handles) {
        if (auto made = inheritable.add(each); !made) return fail(made.error());
    }
    auto process = create(*texts, streams, handles);
    if (!process) return fail(process.error());
    const OwnedHandle thread(process->hThread);
    child->begin(OwnedHandle(process->hProcess), process->dwProcessId);
    if (watch == nullptr) return child;
    auto watched = win32::EndWatch::start(std::move(watch), process->hProcess);
    if (watched) return child;
    // Its end would not be told.
    ::TerminateProcess(process->hProcess, 1);
    return fail(watched.error());
}

}  // namespace pier::sys
