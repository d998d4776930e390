#include "socket/winsock.hpp"

#include <pier/tool/child_process.hpp>

namespace pier::sys {

void crash_at_once() noexcept {
    ::SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
    // Wine calls its debugger whatever the error mode says, but it asks this filter before.
    ::SetUnhandledExceptionFilter([](EXCEPTION_POINTERS* crash) -> LONG {
        (void)::TerminateProcess(::GetCurrentProcess(), crash->ExceptionRecord->ExceptionCode);
        return EXCEPTION_EXECUTE_HANDLER;
    });
}

}  // namespace pier::sys
