#include "console/console.hpp"

#include "socket/winsock.hpp"

#include <tlhelp32.h>

#include <algorithm>
#include <new>
#include <vector>

namespace pier::win32 {
namespace {

std::vector<std::uint32_t> attached_processes() {
    std::vector<DWORD> list(64);
    for (;;) {
        const DWORD count = ::GetConsoleProcessList(list.data(), static_cast<DWORD>(list.size()));
        if (count > list.size()) {
            list.resize(count);  // nothing was written: it says how much room it wants
            continue;
        }
        return {list.begin(), list.begin() + count};
    }
}

std::vector<ProcessAndParent> running_processes() {
    std::vector<ProcessAndParent> list;
    HANDLE snapshot = ::CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    if (snapshot == INVALID_HANDLE_VALUE) return list;
    PROCESSENTRY32W entry{};
    entry.dwSize = sizeof entry;
    for (BOOL found = ::Process32FirstW(snapshot, &entry); found; found = ::Process32NextW(snapshot, &entry)) {
        list.push_back({entry.th32ProcessID, entry.th32ParentProcessID});
    }
    ::CloseHandle(snapshot);
    return list;
}

}  // namespace

bool shares_console(std::uint32_t self, std::span<const std::uint32_t> attached,
                    std::span<const ProcessAndParent> running) noexcept {
    auto is_ours = [&](std::uint32_t process) {
        std::uint32_t ancestor = self;
        // A number may be used again for another process, so the chain could be a ring.
        for (std::size_t steps = 0; steps <= running.size(); ++steps) {
            if (ancestor == process) return true;
            auto found = std::ranges::find(running, ancestor, &ProcessAndParent::process);
            if (found == running.end()) return false;
            ancestor = found->parent;
        }
        return false;
    };
    return !std::ranges::all_of(attached, is_ours);
}

bool shares_console() noexcept {
    try {
        const std::vector<std::uint32_t> attached = attached_processes();
        return attached.empty() || shares_console(::GetCurrentProcessId(), attached, running_processes());
    } catch (const std::bad_alloc&) {
        return true;
    }
}

}  // namespace pier::win32
