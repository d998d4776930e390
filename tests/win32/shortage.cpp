// Which refusals of a wake pass.
#include "engine/shortage.hpp"

#include <doctest/doctest.h>

using pier::win32::is_shortage;

TEST_CASE("shortage: want of memory passes, a socket or port that is gone does not") {
    CHECK(is_shortage(WSAENOBUFS));
    CHECK(is_shortage(ERROR_NO_SYSTEM_RESOURCES));
    CHECK_FALSE(is_shortage(ERROR_SUCCESS));
    CHECK_FALSE(is_shortage(WSAENOTSOCK));
    CHECK_FALSE(is_shortage(ERROR_INVALID_HANDLE));
    CHECK_FALSE(is_shortage(WSAENETDOWN));
}
