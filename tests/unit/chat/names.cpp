// Which names there are, and which look alike.
#include "../../contract/support/outcome.hpp"

#include <pier/chat/name.hpp>

#include <string>
#include <string_view>

using pier::chat::is_name;
using pier::chat::look_of;

TEST_CASE("chat: a name is 1 to 20 ASCII letters, digits, - and _") {
    for (std::string_view name : {"a", "Bob", "bob-2_x", "ABCDEFGHIJKLMNOPQRST", "0"}) CHECK(is_name(name));
    for (std::string_view name : {"", "ABCDEFGHIJKLMNOPQRSTU", "bob smith", "b\u00f6b", "b\u043eb", "bob\u200b",
                                  "bob\n", "\x1b[31m", "b.b", "@"}) {
        CHECK_FALSE(is_name(name));
    }
    CHECK_FALSE(is_name(std::string_view("bo\0b", 4)));
}

TEST_CASE("chat: names that a reader takes for each other have one look") {
    CHECK(look_of("Bob") == look_of("b0B"));
    CHECK(look_of("lIi1") == look_of("1111"));
    CHECK(look_of("a_b") == look_of("A-b"));
    CHECK(look_of("sam5") == look_of("sams"));
    CHECK(look_of("bob") != look_of("rob"));
    CHECK(look_of("bob") != look_of("bobb"));
}
