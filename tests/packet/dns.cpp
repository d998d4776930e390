// Names and messages of DNS.
#include "hex.hpp"

#include <pier/packet/dns.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace pier::packet;

namespace {

DnsName name(std::string_view text) { return DnsName::parse(text).value(); }

}  // namespace

TEST_CASE("DNS name: the example of RFC 1035, section 4.1.4") {
    std::vector<std::byte> message(93);
    const auto put = [&](std::size_t at, std::string_view digits) { place(message, at, hex(digits)); };
    put(20, "01 46 03 495349 04 41525041 00");  // F.ISI.ARPA
    put(40, "03 464f4f c014");                  // FOO.F.ISI.ARPA
    put(64, "c01a");                            // ARPA
    const auto read = [&](std::size_t at) { return read_dns_name(message, at).value(); };
    CHECK(read(20).name.to_string() == "F.ISI.ARPA");
    CHECK(read(20).size == 12);
    CHECK(read(40).name.to_string() == "FOO.F.ISI.ARPA");
    CHECK(read(40).size == 6);
    CHECK(read(64).name.to_string() == "ARPA");
    CHECK(read(64).size == 2);
    CHECK(read(92).name.to_string() == ".");
    CHECK(read(92).size == 1);
}

TEST_CASE("DNS name: pointers in a circle, forwards, and behind the end") {
    const auto wrong = [](std::string_view digits, std::size_t place) {
        const auto bytes = hex(digits);
        const auto read = read_dns_name(bytes, place, 100);
        REQUIRE_FALSE(read);
        return read.error().sentence;
    };
    CHECK(wrong("c000", 0) == "DNS name at 100: a pointer to 0, which is not before it");
    CHECK(wrong("c004 0000 c000", 0) == "DNS name at 100: a pointer to 4, which is not before it");
    CHECK(wrong("0161 c000", 2) == "DNS name at 102: a pointer to 0, which is not before it");
    CHECK(wrong("0161 c002 c000", 4) == "DNS name at 102: a pointer to 2, which is not before it");
    CHECK(wrong("40", 0) == "DNS name at 100: an unknown kind of label");
    CHECK(wrong("03 6161", 0) == "DNS name at 100: the message ends in a label");
    CHECK(wrong("c0", 0) == "DNS name at 100: a pointer is cut");
    CHECK(wrong("", 0) == "DNS name at 100: the message ends in it");
    std::string digits;
    for (int i = 0; i < 5; ++i) digits += "3f" + std::string(126, '6');
    CHECK(wrong(digits + "00", 0) == "DNS name at 292: more than 255 bytes");
}

TEST_CASE("DNS name: text") {
    for (std::string_view text : {".", "a", "www.example.com", "a\\.b.c", "a\\\\b", "\\000\\032\\255"}) {
        CAPTURE(text);
        const auto parsed = DnsName::parse(text);
        REQUIRE(parsed);
        CHECK(parsed->to_string() == text);
    }
    CHECK(name("example.com.") == name("example.com"));
    CHECK(name("\\097") == name("a"));
    for (std::string_view text : {"", "..", "a..b", ".a", "a\\", "a\\25", "a\\256", "\\2a5"}) {
        CAPTURE(text);
        CHECK_FALSE(DnsName::parse(text));
    }
    CHECK(DnsName::parse(std::string(63, 'a')));
    CHECK_FALSE(DnsName::parse(std::string(64, 'a')));
    std::string text;
    for (int i = 0; i < 127; ++i) text += "a.";
    CHECK(DnsName::parse(text));
    CHECK_FALSE(DnsName::parse(text + "a"));
}

TEST_CASE("DNS: a query and its answer with a name that is compressed") {
    const auto bytes =
        hex("1234 8180 0001 0002 0000 0000"
            "03777777 07 6578616d706c65 03 636f6d 00 0001 0001"
            "c00c 0005 0001 0000003c 0004 01 78 c010"
            "c02d 0001 0001 0000003c 0004 c0000201");
    auto reader = DnsReader::read(bytes);
    REQUIRE(reader);
    CHECK(reader->header().is_response());
    const auto question = reader->next_question();
    REQUIRE(question);
    CHECK((*question)->name == name("www.example.com"));
    const auto alias = reader->next_record();
    REQUIRE(alias);
    CHECK(std::get<DnsName>((*alias)->data) == name("x.example.com"));
    const auto address = reader->next_record();
    REQUIRE(address);
    CHECK((*address)->name == name("x.example.com"));
    CHECK(std::get<pier::Address>((*address)->data).to_string() == "192.0.2.1");
    CHECK_FALSE(*reader->next_record());

    std::vector<std::byte> room(100);
    DnsWriter writer({0x1234, 0x8180, 7, 7, 7, 7}, room);
    REQUIRE(writer.add(**question));
    REQUIRE(writer.add(DnsWriter::Section::answer, **alias));
    REQUIRE(writer.add(DnsWriter::Section::answer, **address));
    const auto size = writer.finish();
    REQUIRE(size == bytes.size());
    CHECK(is_same(Bytes(room).first(*size), bytes));
    CHECK_FALSE(writer.add(**question));
}

TEST_CASE("DNS: a section has as many records as its count can say") {
    constexpr std::size_t most = 65535;
    const DnsQuestion question{name("."), 1, 1};
    const DnsRecord record{name("."), 1, 1, 0, DnsRaw{}};
    std::vector<std::byte> room(12 + (most + 1) * (5 + 11));
    DnsWriter writer({}, room);
    std::size_t written = 0;
    while (written <= most && writer.add(question)) ++written;
    CHECK(written == most);
    written = 0;
    while (written <= most && writer.add(DnsWriter::Section::authority, record)) ++written;
    CHECK(written == most);
    CHECK(writer.add(DnsWriter::Section::additional, record));
    CHECK(writer.finish() == 12 + most * (5 + 11) + 11);
    CHECK(load<std::uint16_t>(room, 4) == most);
    CHECK(load<std::uint16_t>(room, 8) == most);
}

TEST_CASE("DNS: records that lie are errors, and end the reading") {
    const auto wrong = [](std::string_view record) {
        const auto bytes = hex("1234 8180 0000 0002 0000 0000" + std::string(record));
        auto reader = DnsReader::read(bytes, 42);
        const auto read = reader->next_record();
        REQUIRE_FALSE(read);
        CHECK(read.error().offset <= 42 + bytes.size());
        CHECK_FALSE(reader->next_record().value());
        return read.error().sentence;
    };
    CHECK(wrong("00 0001 0001 00000000 0005 c0000201") == "DNS record at 54: says 5 bytes of data, 4 are there");
    CHECK(wrong("00 0001 0001 00000000 0003 c00002") == "DNS record at 65: an A record has 4 bytes of data");
    CHECK(wrong("00 001c 0001 00000000 0004 c0000201") == "DNS record at 65: an AAAA record has 16 bytes of data");
    CHECK(wrong("00 000f 0001 00000000 0002 0001") == "DNS record at 65: the data is too short for its type");
    CHECK(wrong("00 0005 0001 00000000 0001 01 61 00") == "DNS record at 65: a name leaves the data");
    CHECK(wrong("00 0005 0001 00000000 0002 00 61") == "DNS record at 65: something stands behind the name");
    CHECK(wrong("00 0010 0001 00000000 0002 02 61") == "DNS record at 65: a string leaves the data");
    CHECK(wrong("00 0006 0001 00000000 0004 00 00 0000") ==
          "DNS record at 65: behind the names of SOA stand five numbers");
    CHECK(wrong("00 0006 0001") == "DNS message at 42: it ends in a record");
    // As many as a header can say, of which none is there.
    const auto many = hex("0000 0000 ffff ffff ffff ffff");
    auto reader = DnsReader::read(many);
    CHECK_FALSE(reader->next_question());
    CHECK_FALSE(reader->next_record().value());
}
