#include "../support.hpp"

#include <windows.h>

namespace process_tests {

std::size_t handle_count() {
    DWORD handles = 0;
    REQUIRE(::GetProcessHandleCount(::GetCurrentProcess(), &handles));
    return handles;
}

}  // namespace process_tests
