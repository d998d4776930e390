// Threads with stacks of a chosen size, by the C runtime, which has to know of a thread that uses it; their names and
// places.
#include "process/error.hpp"
#include "process/text.hpp"
#include "socket/winsock.hpp"

#include <pier/detail/assert.hpp>
#include <pier/sys/thread.hpp>

#include <process.h>
#include <algorithm>
#include <bit>
#include <cerrno>
#include <limits>
#include <memory>

namespace pier::sys {
namespace {

using Body = std::move_only_function<void()>;

unsigned __stdcall run(void* body) {
    std::unique_ptr<Body> owned(static_cast<Body*>(body));
    (*owned)();
    return 0;
}

// Windows 10 1607, and not in every library to link with.
using SetDescription = HRESULT(WINAPI*)(HANDLE, PCWSTR);
using GetDescription = HRESULT(WINAPI*)(HANDLE, PWSTR*);

template <class Function>
Function find(const char* name) noexcept {
    const HMODULE kernel = ::GetModuleHandleW(L"kernel32.dll");
    // GetThreadDescription is in KernelBase.dll alone on the first systems that have it.
    const HMODULE base = ::GetModuleHandleW(L"kernelbase.dll");
    FARPROC found = kernel != nullptr ? ::GetProcAddress(kernel, name) : nullptr;
    if (found == nullptr && base != nullptr) found = ::GetProcAddress(base, name);
    return reinterpret_cast<Function>(reinterpret_cast<void*>(found));
}

std::unexpected<Error> fail_last() noexcept { return fail(win32::translate(::GetLastError())); }
std::unexpected<Error> invalid() noexcept { return fail(Errc::invalid_argument, ERROR_INVALID_PARAMETER); }

}  // namespace

Result<Thread> Thread::start(std::size_t stack, std::move_only_function<void()> body) {
    static_assert(largest_stack <= std::numeric_limits<unsigned>::max());
    if (stack > largest_stack) return invalid();
    auto owned = std::make_unique<Body>(std::move(body));
    const auto size = static_cast<unsigned>(stack);
    // Without the flag the size is what is committed at once, and the reservation stays the program's.
    const std::uintptr_t handle =
        ::_beginthreadex(nullptr, size, run, owned.get(), STACK_SIZE_PARAM_IS_A_RESERVATION, nullptr);
    if (handle == 0) {
        const int failure = errno;
        const auto code = static_cast<std::int32_t>(::GetLastError());
        // Of the C runtime: EAGAIN, too many threads; EACCES, no memory for the stack.
        return fail(failure == EAGAIN ? Errc::too_many_processes : Errc::not_enough_memory, code);
    }
    (void)owned.release();  // the thread's now
    return Thread(handle);
}

Thread::~Thread() { spi::require(!joinable(), "a thread was not joined before its owner went"); }

void Thread::join() noexcept {
    spi::require(joinable(), "a thread was joined that is none");
    const auto handle = reinterpret_cast<HANDLE>(std::exchange(handle_, none));
    (void)::WaitForSingleObject(handle, INFINITE);
    (void)::CloseHandle(handle);
}

Result<void> name_this_thread(std::string_view name) {
    if (name.contains('\0')) return invalid();
    const auto wide = win32::to_wide_strictly(name);
    if (!wide) return invalid();
    static const auto set = find<SetDescription>("SetThreadDescription");
    if (set == nullptr) return fail(Errc::not_supported, ERROR_PROC_NOT_FOUND);
    const HRESULT answer = set(::GetCurrentThread(), wide->c_str());
    if (FAILED(answer)) return fail(win32::translate(static_cast<DWORD>(HRESULT_CODE(answer))));
    return {};
}

std::string name_of_this_thread() {
    static const auto get = find<GetDescription>("GetThreadDescription");
    PWSTR text = nullptr;
    if (get == nullptr || FAILED(get(::GetCurrentThread(), &text)) || text == nullptr) return {};
    struct Free {
        void operator()(wchar_t* memory) const noexcept { ::LocalFree(memory); }
    };
    const std::unique_ptr<wchar_t, Free> owned(text);
    return win32::to_utf8(text);
}

// Processors are numbered through all groups. A thread's are of one group.
Result<void> pin_this_thread(std::span<const unsigned> processors) {
    if (processors.empty()) return invalid();
    GROUP_AFFINITY wanted{};
    bool has_group = false;
    for (const unsigned each : processors) {
        unsigned number = each;
        WORD group = 0;
        const WORD groups = ::GetActiveProcessorGroupCount();
        for (; group < groups; ++group) {
            const DWORD count = ::GetActiveProcessorCount(group);
            if (number < count) break;
            number -= count;
        }
        if (group == groups) return invalid();
        if (has_group && group != wanted.Group) return fail(Errc::not_supported, ERROR_INVALID_PARAMETER);
        has_group = true;
        wanted.Group = group;
        wanted.Mask |= KAFFINITY{1} << number;
    }
    // It refuses, too, what this process may not use.
    if (!::SetThreadGroupAffinity(::GetCurrentThread(), &wanted, nullptr)) return fail_last();
    return {};
}

Result<std::vector<unsigned>> processors_of_this_thread() {
    GROUP_AFFINITY now{};
    if (!::GetThreadGroupAffinity(::GetCurrentThread(), &now)) return fail_last();
    unsigned first = 0;
    for (WORD group = 0; group < now.Group; ++group) first += ::GetActiveProcessorCount(group);
    std::vector<unsigned> all;
    for (KAFFINITY left = now.Mask; left != 0; left &= left - 1) {
        all.push_back(first + static_cast<unsigned>(std::countr_zero(left)));
    }
    return all;
}

}  // namespace pier::sys
