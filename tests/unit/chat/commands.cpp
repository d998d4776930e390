// What a typed line means.
#include "../../contract/support/outcome.hpp"

#include <pier/chat/command.hpp>

#include <string>

using namespace pier::chat;

TEST_CASE("chat: a line is a text or a command") {
    CHECK(std::get<SayLine>(parse_line("hello you")).text == "hello you");
    CHECK(std::get<SayLine>(parse_line("//who")).text == "/who");
    CHECK(std::get<SayLine>(parse_line("a\x1b[31mb")).text == "ab");
    CHECK(std::holds_alternative<EmptyLine>(parse_line("")));
    CHECK(std::holds_alternative<EmptyLine>(parse_line(" \x1b[31m ")));
    CHECK(std::holds_alternative<WhoLine>(parse_line("/who")));
    CHECK(std::holds_alternative<WhoLine>(parse_line("/who ")));
    CHECK(std::holds_alternative<HelpLine>(parse_line("/help")));
    CHECK(std::holds_alternative<QuitLine>(parse_line("/quit")));
    CHECK(std::get<NickLine>(parse_line("/nick Bob")).name == "Bob");
    const Line tell = parse_line("/msg bob  how are you?");
    CHECK(std::get<TellLine>(tell).name == "bob");
    CHECK(std::get<TellLine>(tell).text == "how are you?");
}

TEST_CASE("chat: what is wrong with a line is said") {
    for (const char* line : {"/nothing", "/", "/msg", "/msg bob",
                             "/msg b\xc3\xb6"
                             "b hi",
                             "/nick", "/nick a b", "/nick b.b", "/who me", "/quit now"}) {
        CAPTURE(line);
        CHECK(std::holds_alternative<WrongLine>(parse_line(line)));
    }
    CHECK(std::holds_alternative<WrongLine>(parse_line(std::string(1001, 'x'))));
    CHECK(std::holds_alternative<SayLine>(parse_line(std::string(1000, 'x'))));
}
