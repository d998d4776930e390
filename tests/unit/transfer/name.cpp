#include <pier/transfer/name.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace pier::transfer;

TEST_CASE("names of files are taken that every system can have") {
    for (const char* name : {"a", "a.txt", "folder/a.txt", "a b", "...a", ".hidden", "100%", "\xc3\xa4.txt", "comma",
                             "com10", "console", "xcon", "con-1", "a/b/c/d", "lpt", "nul_"}) {
        CAPTURE(name);
        CHECK(is_name(name));
        CHECK(decode_name(encode_name(name)) == std::string(name));
    }
}

TEST_CASE("names that lead out of a folder are refused") {
    for (const char* name : {"",
                             "/",
                             "/a",
                             "a/",
                             "a//b",
                             ".",
                             "..",
                             "../a",
                             "a/..",
                             "a/../b",
                             "a/./b",
                             "./a",
                             "..\\a",
                             "a\\b",
                             "C:\\a",
                             "C:a",
                             "c:/a",
                             "\\\\server\\share",
                             "//server/share",
                             "a:stream",
                             "a::$DATA",
                             "...",
                             ".. ",
                             "a.",
                             "a ",
                             "a./b"}) {
        CAPTURE(name);
        CHECK_FALSE(is_name(name));
    }
}

TEST_CASE("names of Windows' devices are refused, with any ending and in any case") {
    for (const char* name : {"con", "CON", "Prn.txt", "aux.tar.gz", "nul", "NUL .txt", "com1", "COM0", "lpt9.x",
                             "com\xc2\xb9", "conin$", "CONOUT$", "folder/nul", "nul/file"}) {
        CAPTURE(name);
        CHECK_FALSE(is_name(name));
    }
}

TEST_CASE("names with control characters, or that are no UTF-8, are refused") {
    using namespace std::string_literals;
    for (const std::string& name : {"a\0b"s, "\0"s, "a\n"s, "\x1b[2J"s, "a\x7f"s, "\xc2\x85"s, "\xff"s, "\xc0\xaf"s,
                                    "\xe2\x82"s, "\xed\xa0\x80"s}) {
        CAPTURE(name);
        CHECK_FALSE(is_name(name));
    }
}

TEST_CASE("names have a greatest length") {
    CHECK(is_name(std::string(longest_part, 'a')));
    CHECK_FALSE(is_name(std::string(longest_part + 1, 'a')));
    std::string name(longest_name, 'a');
    for (std::size_t i = 1; i < name.size(); i += 2) name[i] = '/';
    name.back() = 'a';
    name[name.size() - 2] = 'a';
    CHECK(is_name(name));
    CHECK_FALSE(is_name(name + "/a"));
}

TEST_CASE("a name has one encoding") {
    CHECK(encode_name("a b/\xc3\xa4%") == "a%20b/%C3%A4%25");
    for (const char* text : {"%61", "a%2Fb", "%2e%2e/a", "%2E%2E", "a%", "a%2", "a%zz", "%c3%a4", "a b", "\xc3\xa4",
                             "%00", "a%00", "a%5Cb", "%", "%%", "a+b"}) {
        CAPTURE(text);
        CHECK_FALSE(decode_name(text).has_value());
    }
}
