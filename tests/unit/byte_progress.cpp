#include <pier/cli/byte_progress.hpp>

#include <doctest/doctest.h>

#include <string>

using pier::ByteProgressLine;

TEST_CASE("bytes are told in units of 1024") {
    CHECK(pier::readable_bytes(0) == "0 B");
    CHECK(pier::readable_bytes(1023) == "1023 B");
    CHECK(pier::readable_bytes(1024) == "1.0 KiB");
    CHECK(pier::readable_bytes(1024.0 * 1024 - 1) == "1.0 MiB");
    CHECK(pier::readable_bytes(1.5 * 1024 * 1024 * 1024) == "1.5 GiB");
}

TEST_CASE("a line of progress tells bytes, rate and the time left") {
    constexpr std::uint64_t mebibyte = 1024 * 1024;
    CHECK(to_string(ByteProgressLine{.title = "a", .done = 0, .total = 4 * mebibyte}) ==
          "[....................] 0% 0 B/4.0 MiB a");
    CHECK(to_string(ByteProgressLine{.title = "a", .done = mebibyte, .total = 4 * mebibyte, .rate = mebibyte / 2.0}) ==
          "[#####...............] 25% 1.0 MiB/4.0 MiB 512.0 KiB/s 0:06 left a");
    CHECK(to_string(ByteProgressLine{.title = "", .done = 0, .total = 7325, .rate = 1.0}) ==
          "[....................] 0% 0 B/7.2 KiB 1 B/s 2:02:05 left ");
    CHECK(to_string(ByteProgressLine{.title = "a", .done = 1, .total = 9, .rate = 0.0}) ==
          "[##..................] 11% 1 B/9 B 0 B/s long left a");
}

TEST_CASE("a line of progress is never wrong about what it can't know") {
    CHECK(to_string(ByteProgressLine{.title = "a", .done = 0, .total = 0}) == "[####################] 100% 0 B/0 B a");
    CHECK(to_string(ByteProgressLine{.title = "a", .done = 9, .total = 1, .rate = 1.0}) ==
          "[####################] 100% 9 B/1 B 1 B/s 0:00 left a");
    CHECK(to_string(ByteProgressLine{.title = std::string(200, 'a'), .done = 0, .total = 1}).size() == 78);
    std::string wide;
    for (int i = 0; i < 100; ++i) wide += "\xe6\xbc\xa2";  // each takes two columns and three bytes
    const std::string line = to_string(ByteProgressLine{.title = wide, .done = 0, .total = 1});
    CHECK(line.size() == 34 + 3 * 22);
}
