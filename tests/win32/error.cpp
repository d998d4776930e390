// What is said of the system's numbers.
#include "process/error.hpp"

#include <pier/sys/error.hpp>

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>

using pier::win32::During;
using pier::win32::translate;

TEST_CASE("error: a refused bind says that the port may be reserved, too") {
    const std::string text = describe(translate(WSAEACCES, During::bind));
    CHECK(text.starts_with("address in use (WSAEACCES: "));
    CHECK(text.contains("Hyper-V"));
    CHECK(text.contains("another program"));
    CHECK(text.ends_with(")"));
    CHECK(describe(translate(WSAEADDRINUSE, During::bind)) == "address in use (WSAEADDRINUSE)");
    CHECK(describe(translate(WSAEACCES, During::send)) == "permission denied (WSAEACCES)");
}

TEST_CASE("error: numbers are told by their names, Winsock's and the system's") {
    CHECK(describe(translate(WSAEADDRNOTAVAIL, During::bind)) == "address not available (WSAEADDRNOTAVAIL)");
    CHECK(describe(translate(ERROR_NETNAME_DELETED, During::receive)) ==
          "connection reset by peer (ERROR_NETNAME_DELETED)");
    CHECK(describe(translate(987'654, During::other)) == "unexpected system error (native 987654)");
    CHECK(pier::sys::advice(translate(WSAEADDRINUSE, During::bind)).contains("netstat"));
}

TEST_CASE("error: want of memory is told as such, by whatever number") {
    const std::initializer_list<DWORD> shortages{ERROR_NO_SYSTEM_RESOURCES,
                                                 ERROR_NONPAGED_SYSTEM_RESOURCES,
                                                 ERROR_PAGED_SYSTEM_RESOURCES,
                                                 ERROR_WORKING_SET_QUOTA,
                                                 ERROR_PAGEFILE_QUOTA,
                                                 ERROR_NOT_ENOUGH_QUOTA,
                                                 WSAENOBUFS};
    for (DWORD code : shortages) {
        CAPTURE(code);
        CHECK(translate(code) == pier::Errc::no_buffer_space);
    }
}
