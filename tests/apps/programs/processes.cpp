// What a test on Windows asks of processes; Linux has /proc for it.
//   pier-test-processes list NAME=VALUE   of each process with this in its environment: its number, its parent's, how
//                                         many handles it has, how many threads
//   pier-test-processes end PID           TerminateProcess, with the status 77
//   pier-test-processes suspend PID
//   pier-test-processes end-again PID N   ends the only child of a process as soon as there is one, N times: the
//                                         milliseconds between the ends
#include <windows.h>

#include <tlhelp32.h>

#include <winternl.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cwchar>
#include <string>
#include <vector>

namespace {

constexpr UINT status = 77;
constexpr DWORD patience = 60000;  // milliseconds

struct Process {
    DWORD id = 0;
    DWORD parent = 0;
    DWORD threads = 0;
};

class Handle {
public:
    Handle(DWORD access, DWORD process) noexcept : handle_(::OpenProcess(access, FALSE, process)) {}
    Handle(const Handle&) = delete;
    ~Handle() {
        if (handle_ != nullptr) ::CloseHandle(handle_);
    }
    HANDLE get() const noexcept { return handle_; }

private:
    HANDLE handle_;
};

std::vector<Process> all_processes() {
    std::vector<Process> all;
    const HANDLE snapshot = ::CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    if (snapshot == INVALID_HANDLE_VALUE) return all;
    PROCESSENTRY32W entry{};
    entry.dwSize = sizeof entry;
    for (BOOL more = ::Process32FirstW(snapshot, &entry); more; more = ::Process32NextW(snapshot, &entry)) {
        all.push_back({entry.th32ProcessID, entry.th32ParentProcessID, entry.cntThreads});
    }
    ::CloseHandle(snapshot);
    return all;
}

template <class Function>
Function ntdll(const char* name) {
    return reinterpret_cast<Function>(
        reinterpret_cast<void*>(::GetProcAddress(::GetModuleHandleW(L"ntdll.dll"), name)));
}

// Of another process of 64 bits. There is no call for it, so it is read where debuggers read it: from the process
// environment block.
std::wstring environment_of(HANDLE process) {
    using Query = LONG(WINAPI*)(HANDLE, ULONG, void*, ULONG, ULONG*);
    static const auto query = ntdll<Query>("NtQueryInformationProcess");
    constexpr std::uintptr_t parameters_in_block = 0x20;
    constexpr std::uintptr_t environment_in_parameters = 0x80;
    PROCESS_BASIC_INFORMATION basic{};
    if (query(process, 0, &basic, sizeof basic, nullptr) != 0) return {};
    const auto pointer_at = [process](std::uintptr_t address) {
        std::uintptr_t value = 0;
        const bool read = ::ReadProcessMemory(process, reinterpret_cast<void*>(address), &value, sizeof value, nullptr);
        return read ? value : 0;
    };
    const std::uintptr_t parameters =
        pointer_at(reinterpret_cast<std::uintptr_t>(basic.PebBaseAddress) + parameters_in_block);
    const std::uintptr_t start = parameters != 0 ? pointer_at(parameters + environment_in_parameters) : 0;
    MEMORY_BASIC_INFORMATION region{};
    if (start == 0 || !::VirtualQueryEx(process, reinterpret_cast<void*>(start), &region, sizeof region)) return {};
    const std::uintptr_t end = reinterpret_cast<std::uintptr_t>(region.BaseAddress) + region.RegionSize;
    std::wstring block((end - start) / sizeof(wchar_t), L'\0');
    SIZE_T size = 0;
    ::ReadProcessMemory(process, reinterpret_cast<void*>(start), block.data(), block.size() * sizeof(wchar_t), &size);
    block.resize(size / sizeof(wchar_t));
    return block;
}

bool has_line(const std::wstring& environment, const std::wstring& line) {
    for (std::size_t at = 0; at < environment.size() && environment[at] != L'\0';) {
        const std::size_t length = std::wcslen(environment.c_str() + at);
        if (environment.compare(at, length, line) == 0) return true;
        at += length + 1;
    }
    return false;
}

// Of the table of all handles: Wine has no count for a process.
DWORD handles_of(DWORD id) {
    struct Entry {  // SYSTEM_HANDLE_TABLE_ENTRY_INFO_EX
        void* object;
        ULONG_PTR process;
        ULONG_PTR handle;
        ULONG rest[4];
    };
    struct Table {
        ULONG_PTR count;
        ULONG_PTR reserved;
        Entry entries[1];
    };
    constexpr ULONG extended_handles = 64;
    constexpr LONG too_small = static_cast<LONG>(0xC0000004);
    using Query = LONG(WINAPI*)(ULONG, void*, ULONG, ULONG*);
    static const auto query = ntdll<Query>("NtQuerySystemInformation");
    std::vector<std::max_align_t> memory((std::size_t{1} << 20) / sizeof(std::max_align_t));
    LONG outcome = too_small;
    while ((outcome = query(extended_handles, memory.data(),
                            static_cast<ULONG>(memory.size() * sizeof(std::max_align_t)), nullptr)) == too_small) {
        memory.resize(memory.size() * 2);
    }
    if (outcome != 0) return 0;
    const auto& table = *reinterpret_cast<const Table*>(memory.data());
    DWORD count = 0;
    for (ULONG_PTR i = 0; i < table.count; ++i) count += table.entries[i].process == id ? 1 : 0;
    return count;
}

int list(const std::wstring& line) {
    for (const Process& each : all_processes()) {
        if (each.id == ::GetCurrentProcessId()) continue;
        const Handle process(PROCESS_QUERY_INFORMATION | PROCESS_VM_READ, each.id);
        DWORD handles = 0;
        if (process.get() == nullptr || !has_line(environment_of(process.get()), line)) continue;
        if (::WaitForSingleObject(process.get(), 0) == WAIT_OBJECT_0) continue;
        ::GetProcessHandleCount(process.get(), &handles);
        if (handles == 0) handles = handles_of(each.id);
        std::printf("%lu %lu %lu %lu\n", each.id, each.parent, handles, each.threads);
    }
    return 0;
}

int end(DWORD id) {
    const Handle process(PROCESS_TERMINATE, id);
    return process.get() != nullptr && ::TerminateProcess(process.get(), status) ? 0 : 1;
}

int suspend(DWORD id) {
    using Suspend = LONG(WINAPI*)(HANDLE);
    const Handle process(PROCESS_SUSPEND_RESUME, id);
    return process.get() != nullptr && ntdll<Suspend>("NtSuspendProcess")(process.get()) == 0 ? 0 : 1;
}

int end_again(DWORD parent, int count) {
    const ULONGLONG start = ::GetTickCount64();
    std::vector<DWORD> ended;
    std::vector<ULONGLONG> times;
    while (static_cast<int>(ended.size()) < count) {
        if (::GetTickCount64() - start > patience) return 1;
        for (const Process& each : all_processes()) {
            const bool again = !ended.empty() && ended.back() == each.id;
            if (each.parent != parent || again || end(each.id) != 0) continue;
            ended.push_back(each.id);
            times.push_back(::GetTickCount64());
        }
        ::Sleep(1);
    }
    for (std::size_t i = 1; i < times.size(); ++i) std::printf("%llu\n", times[i] - times[i - 1]);
    return 0;
}

}  // namespace

int wmain(int argc, wchar_t** argv) {
    const std::wstring what = argc > 1 ? argv[1] : L"";
    const DWORD id = argc > 2 ? std::wcstoul(argv[2], nullptr, 10) : 0;
    if (what == L"list" && argc == 3) return list(argv[2]);
    if (what == L"end" && argc == 3) return end(id);
    if (what == L"suspend" && argc == 3) return suspend(id);
    if (what == L"end-again" && argc == 4) return end_again(id, static_cast<int>(std::wcstol(argv[3], nullptr, 10)));
    return 2;
}
