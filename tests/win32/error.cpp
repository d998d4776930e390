// What is said of the system's numbers.
#include "process/error.hpp"

#include <doctest/doctest.h>

#include <string>

using pier::win32::During;
using pier::win32::translate;

TEST_CASE("error: a refused bind says that the port may be reserved, too") {
    const std::string text = describe(translate(WSAEACCES, During::bind));
    CHECK(text.starts_with("address in use (native 10013: "));
    CHECK(text.contains("Hyper-V"));
    CHECK(text.contains("another program"));
    CHECK(text.ends_with(")"));
    CHECK(describe(translate(WSAEADDRINUSE, During::bind)) == "address in use (native 10048)");
    CHECK(describe(translate(WSAEACCES, During::send)) == "permission denied (native 10013)");
}
