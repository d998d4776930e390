// Creating a process.
#include "process/create.hpp"

#include "process/error.hpp"
#include "process/native_handle.hpp"
#include "process/program.hpp"
#include "process/text.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace pier::win32 {
namespace {

// Whether a status is that of an exception that nobody handled: an NTSTATUS of the severity "error", whose reserved bit
// is 0 ([MS-ERREF] 2.3), or one of the two warnings that debuggers wait for. exit(-1) and TerminateProcess(-1) have
// that bit set. STATUS_CONTROL_C_EXIT counts as one, too: the process was ended from outside.
constexpr bool is_exception(DWORD status) noexcept {
    constexpr DWORD breakpoint = 0x80000003;
    constexpr DWORD single_step = 0x80000004;
    return (status & 0xD0000000) == 0xC0000000 || status == breakpoint || status == single_step;
}
// ERROR_ELEVATION_REQUIRED, which mingw-w64's headers lack.
constexpr DWORD elevation_required = 740;

// ProcThreadAttributeValue(13, FALSE, TRUE, FALSE), Windows 10, which older headers lack.
constexpr DWORD_PTR job_list = 0x2000D;

std::unexpected<Error> fail_last() noexcept { return fail(translate(::GetLastError())); }

// What a start is told besides.
class Attributes {
public:
    explicit Attributes(DWORD most) {
        SIZE_T size = 0;
        ::InitializeProcThreadAttributeList(nullptr, most, 0, &size);
        memory_ = std::make_unique<std::byte[]>(size);
        auto* list = reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(memory_.get());
        if (::InitializeProcThreadAttributeList(list, most, 0, &size)) list_ = list;
    }
    Attributes(const Attributes&) = delete;
    ~Attributes() {
        if (list_ != nullptr) ::DeleteProcThreadAttributeList(list_);
    }
    // `values` has to live as long.
    bool add(DWORD_PTR attribute, std::vector<HANDLE>& values) noexcept {
        return list_ != nullptr && ::UpdateProcThreadAttribute(list_, 0, attribute, values.data(),
                                                               values.size() * sizeof(HANDLE), nullptr, nullptr) != 0;
    }
    [[nodiscard]] LPPROC_THREAD_ATTRIBUTE_LIST get() const noexcept { return list_; }

private:
    std::unique_ptr<std::byte[]> memory_;
    LPPROC_THREAD_ATTRIBUTE_LIST list_ = nullptr;
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
            return translate(code);
    }
}

// Errors: directory_not_found; invalid_argument for what is no UTF-8.
Result<std::wstring> directory_of(const ProcessOptions& options) {
    auto path = to_wide_strictly(options.directory);
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
    auto program = find_program(options);
    if (!program) return fail(program.error());
    auto line = command_line_of(options);
    if (!line) return fail(line.error());
    auto environment = environment_of(options);
    if (!environment) return fail(environment.error());
    return Texts{std::move(*program), std::move(*line), std::move(*environment), std::move(*directory)};
}

// With handles that are inheritable.
Result<CreatedProcess> create(Texts& texts, const std::array<HANDLE, 3>& streams, std::vector<HANDLE>& handles,
                              const CreateExtras& extras) {
    STARTUPINFOEXW start{};
    start.StartupInfo.cb = sizeof start;
    start.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
    start.StartupInfo.hStdInput = streams[0];
    start.StartupInfo.hStdOutput = streams[1];
    start.StartupInfo.hStdError = streams[2];
    std::vector<HANDLE> jobs;
    if (extras.job != nullptr) jobs.push_back(extras.job);
    std::optional<Attributes> attributes;
    if (!handles.empty() || !jobs.empty()) {  // an empty list is refused
        attributes.emplace(2);
        const bool added = (handles.empty() || attributes->add(PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles)) &&
                           (jobs.empty() || attributes->add(job_list, jobs));
        if (!added) return fail_last();
        start.lpAttributeList = attributes->get();
    }
    PROCESS_INFORMATION process{};
    const BOOL started = ::CreateProcessW(
        texts.program.c_str(), texts.line.data(), nullptr, nullptr, !handles.empty(),
        EXTENDED_STARTUPINFO_PRESENT | CREATE_UNICODE_ENVIRONMENT | extras.flags, texts.environment.data(),
        texts.directory.empty() ? nullptr : texts.directory.c_str(), &start.StartupInfo, &process);
    if (!started) return fail(meaning(::GetLastError()));
    return CreatedProcess{OwnedHandle(process.hProcess), OwnedHandle(process.hThread), process.dwProcessId};
}

}  // namespace

Result<CreatedProcess> create_process(const ProcessOptions& options, const sys::ChildStreams& wanted,
                                      const CreateExtras& extras) {
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

    // One at a time, for two may make the same handle inheritable and undo it.
    static std::mutex starting;
    std::lock_guard lock(starting);
    MadeInheritable inheritable;
    for (HANDLE each : handles) {
        if (auto made = inheritable.add(each); !made) return fail(made.error());
    }
    return create(*texts, streams, handles, extras);
}

Result<ProcessEnd> end_of(HANDLE process) noexcept {
    DWORD status = 0;
    if (!::GetExitCodeProcess(process, &status)) return fail_last();
    return ProcessEnd{is_exception(status) ? ProcessEnd::By::exception : ProcessEnd::By::exit, status};
}

}  // namespace pier::win32
