#include "socket/winsock.hpp"

#include <pier/tool/child_process.hpp>

namespace pier::sys {

std::uint64_t own_id() noexcept { return ::GetCurrentProcessId(); }

void end_with_parent(std::uint64_t parent) noexcept {
    const auto end = [](void*, BOOLEAN) { (void)::TerminateProcess(::GetCurrentProcess(), 1); };
    // Neither handle is closed: the wait is for as long as this process lives.
    HANDLE process = ::OpenProcess(SYNCHRONIZE, FALSE, static_cast<DWORD>(parent));
    HANDLE wait = nullptr;
    const bool waits = process != nullptr &&
                       ::RegisterWaitForSingleObject(&wait, process, end, nullptr, INFINITE, WT_EXECUTEONLYONCE) != 0;
    if (!waits) end(nullptr, FALSE);
}

}  // namespace pier::sys
