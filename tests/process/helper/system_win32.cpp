#include "helper.hpp"

#include <pier/tool/child_process.hpp>

#include <windows.h>

#include <shellapi.h>

#include <cstdlib>
#include <utility>

namespace helper {

std::vector<std::string> arguments(int, char**) {
    int count = 0;
    wchar_t** const words = ::CommandLineToArgvW(::GetCommandLineW(), &count);
    std::vector<std::string> all;
    for (int i = 1; words != nullptr && i < count; ++i) {
        const int size = ::WideCharToMultiByte(CP_UTF8, 0, words[i], -1, nullptr, 0, nullptr, nullptr);
        std::string text(static_cast<std::size_t>(size), '\0');
        ::WideCharToMultiByte(CP_UTF8, 0, words[i], -1, text.data(), size, nullptr, nullptr);
        text.pop_back();  // the NUL
        all.push_back(std::move(text));
    }
    ::LocalFree(words);
    return all;
}

std::string open_handles() { return {}; }

void touch(const std::vector<std::string>& handles) {
    for (const std::string& handle : handles) {
        ::SetEvent(reinterpret_cast<HANDLE>(static_cast<UINT_PTR>(std::strtoull(handle.c_str(), nullptr, 10))));
    }
}

std::string signals() { return {}; }

void crash() {
    pier::sys::crash_at_once();
    ::RaiseException(EXCEPTION_ACCESS_VIOLATION, EXCEPTION_NONCONTINUABLE, 0, nullptr);
    std::abort();
}

bool allow_no_process() {
    // Wine keeps a job's limit and does not obey it.
    if (::GetProcAddress(::GetModuleHandleW(L"ntdll.dll"), "wine_get_version") != nullptr) return false;
    const HANDLE job = ::CreateJobObjectW(nullptr, nullptr);
    JOBOBJECT_BASIC_LIMIT_INFORMATION limit{};
    limit.LimitFlags = JOB_OBJECT_LIMIT_ACTIVE_PROCESS;
    limit.ActiveProcessLimit = 1;
    return job != nullptr && ::SetInformationJobObject(job, JobObjectBasicLimitInformation, &limit, sizeof limit) &&
           ::AssignProcessToJobObject(job, ::GetCurrentProcess());
}

bool allow_no_handle() { return false; }

}  // namespace helper
