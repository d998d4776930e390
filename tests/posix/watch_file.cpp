// A Watch of what is no socket.
#include "harness.hpp"

#include <pier/watch.hpp>

#include <unistd.h>

#include <cstdio>
#include <memory>

using namespace contract;

// Files are always ready: some mechanisms say so, the others have to refuse them by the name that watch.hpp gives.
TEST_CASE("watch: a regular file is ready at once, or is not supported") {
    using Closer = decltype([](std::FILE* file) { std::fclose(file); });
    const std::unique_ptr<std::FILE, Closer> file(std::tmpfile());
    REQUIRE(file != nullptr);
    on_loop([&]() -> Task<void> {
        auto watch = pier::Watch::open(static_cast<pier::NativeSocket>(fileno(file.get())));
        if (!watch) {
            CHECK(outcome(watch) == Errc::not_supported);
            co_return;
        }
        auto readable = co_await watch->readable(limit());
        if (!readable) CHECK(outcome(readable) == Errc::not_supported);
    });
}
