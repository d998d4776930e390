#include <pier/transfer/message.hpp>

#include <pier/transfer/name.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

using namespace pier::transfer;

namespace {

// The line without its end.
std::string_view body(std::string_view line) {
    REQUIRE(line.ends_with('\n'));
    line.remove_suffix(1);
    REQUIRE(line.find('\n') == std::string_view::npos);
    REQUIRE(line.size() <= longest_line);
    return line;
}

// No beginning of it is another line, unless `shorter` says so, and nothing may follow it.
template <class Parse>
void check_ends(const std::string& line, Parse parse) {
    const std::string text(body(line));
    CAPTURE(text);
    CHECK(parse(text).has_value());
    for (std::size_t size = 0; size < text.size(); ++size) {
        const std::string part = text.substr(0, size);
        CAPTURE(part);
        CHECK((!parse(part).has_value() || to_line(*parse(part)) == part + "\n"));
    }
    for (const std::string_view more :
         std::initializer_list<std::string_view>{" ", "\n", "\r", " x", "\t", std::string_view("\0", 1)}) {
        CHECK_FALSE(parse(text + std::string(more)).has_value());
    }
    CHECK_FALSE(parse(" " + text).has_value());
}

const std::string digest_text = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

}  // namespace

TEST_CASE("requests come back as they were") {
    const GetRequest get{.name = "a b/\xc3\xa4", .offset = 17, .token = "5-ab", .digest = false};
    CHECK(to_line(Request(get)) == "get a%20b/%C3%A4 offset=17 token=5-ab digest=none\n");
    CHECK(parse_request(body(to_line(Request(get)))) == Request(get));
    const GetRequest first{.name = "a", .offset = 0, .token = {}, .digest = true};
    CHECK(parse_request(body(to_line(Request(first)))) == Request(first));
    CHECK(parse_request("list") == Request(ListRequest{}));
    for (const Request& request : {Request(get), Request(first), Request(ListRequest{})}) {
        check_ends(to_line(request), parse_request);
    }
}

TEST_CASE("the longest name has a place in every line that holds one") {
    std::string name;
    while (name.size() + 202 <= longest_name) {
        for (int i = 0; i < 100; ++i) name += "\xc3\xa4";
        name += '/';
    }
    name += "\xc3\xa4";
    const GetRequest get{
        .name = name, .offset = largest_size, .token = std::string(longest_token, 'z'), .digest = true};
    CHECK(parse_request(body(to_line(Request(get)))) == Request(get));
    const Entry entry{.name = name, .size = largest_size, .modified = -1};
    CHECK(parse_list_line(body(to_line(ListLine(entry)))) == ListLine(entry));
}

TEST_CASE("answers come back as they were") {
    const FileHeader header{.size = 100, .modified = -5, .token = "t", .offset = 40};
    CHECK(to_line(header) == "file size=100 modified=-5 token=t offset=40 length=60\n");
    CHECK(parse_answer(body(to_line(header))) == Answer(header));
    CHECK(parse_answer("files") == Answer(ListHeader{}));
    check_ends(to_line(header), [](const std::string& line) -> std::optional<FileHeader> {
        const auto answer = parse_answer(line);
        if (!answer || !std::holds_alternative<FileHeader>(*answer)) return std::nullopt;
        return std::get<FileHeader>(*answer);
    });
    for (const Refusal refusal : {Refusal::version, Refusal::bad_request, Refusal::not_found, Refusal::is_folder,
                                  Refusal::not_a_file, Refusal::no_permission, Refusal::failed}) {
        CHECK(parse_answer(body(to_line(refusal))) == Answer(refusal));
    }
}

TEST_CASE("what stands behind the content comes back as it was") {
    const auto digest = digest_from_hex(digest_text);
    REQUIRE(digest);
    for (const Trailer& trailer : {Trailer(Sent{}), Trailer(Changed{}), Trailer(Digesting{}), Trailer(*digest)}) {
        CHECK(parse_trailer(body(to_line(trailer))) == trailer);
        check_ends(to_line(trailer), parse_trailer);
    }
}

TEST_CASE("lines of a list come back as they were") {
    const Entry entry{.name = "a b", .size = 1, .modified = 1764530000123456789};
    const ListEnd end{.files = 3, .left_out = 1};
    CHECK(to_line(ListLine(entry)) == "entry a%20b size=1 modified=1764530000123456789\n");
    CHECK(to_line(ListLine(end)) == "end files=3 left_out=1\n");
    for (const ListLine& line : {ListLine(entry), ListLine(end)}) {
        CHECK(parse_list_line(body(to_line(line))) == line);
        check_ends(to_line(line), parse_list_line);
    }
}

TEST_CASE("hostile requests are refused") {
    for (const char* line : {"",
                             " ",
                             "LIST",
                             "lists",
                             "list ",
                             "list a",
                             "get",
                             "get ",
                             "get a",
                             "get a offset=0",
                             "get a offset=0 token= digest=md5",
                             "get a offset=-1 token= digest=none",
                             "get a offset=+1 token= digest=none",
                             "get a offset=01 token= digest=none",
                             "get a offset=0x1 token= digest=none",
                             "get a offset=18446744073709551616 token= digest=none",
                             "get a offset=9223372036854775808 token= digest=none",
                             "get a offset= token= digest=none",
                             "get a  offset=0 token= digest=none",
                             "get a token= offset=0 digest=none",
                             "get a offset=0 token=a_b digest=none",
                             "get a offset=0 token=../x digest=none",
                             "get ../a offset=0 token= digest=none",
                             "get /a offset=0 token= digest=none",
                             "get %2E%2E/a offset=0 token= digest=none",
                             "get a%5C..%5Cb offset=0 token= digest=none",
                             "get a%00 offset=0 token= digest=none",
                             "get nul offset=0 token= digest=none",
                             "get a:b offset=0 token= digest=none",
                             "get a%3Ab offset=0 token= digest=none",
                             "get a offset=0 token= digest=none digest=none",
                             "get a\toffset=0\ttoken=\tdigest=none"}) {
        CAPTURE(line);
        CHECK_FALSE(parse_request(line).has_value());
    }
    CHECK_FALSE(parse_request("get " + std::string(100000, 'a') + " offset=0 token= digest=none").has_value());
    CHECK_FALSE(
        parse_request("get a offset=0 token=" + std::string(longest_token + 1, 'a') + " digest=none").has_value());
}

TEST_CASE("hostile answers are refused") {
    for (const char* line :
         {"", "file", "file size=10", "file size=10 modified=0 token= offset=0 length=10",
          "file size=10 modified=0 token=a offset=0 length=9", "file size=10 modified=0 token=a offset=11 length=0",
          "file size=10 modified=0 token=a offset=5 length=10",
          "file size=10 modified=0 token=a offset=5 length=18446744073709551611",
          "file size=99999999999999999999 modified=0 token=a offset=0 length=99999999999999999999",
          "file size=10 modified=-0 token=a offset=0 length=10", "refused", "refused because", "refused not-found x",
          "files 3"}) {
        CAPTURE(line);
        CHECK_FALSE(parse_answer(line).has_value());
    }
    for (const char* line : {"", "send", "sent sent", "sha256", "sha256 ", "sha256 00",
                             "sha256 BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD",
                             "sha256 ga7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}) {
        CAPTURE(line);
        CHECK_FALSE(parse_trailer(line).has_value());
    }
    for (const char* line : {"", "entry", "entry a", "entry a size=1", "entry ../a size=1 modified=1",
                             "entry a size=-1 modified=1", "end", "end files=1", "end files=1 left_out=x"}) {
        CAPTURE(line);
        CHECK_FALSE(parse_list_line(line).has_value());
    }
}
