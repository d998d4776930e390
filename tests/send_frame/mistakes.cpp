// Descriptions that are none: each is told with its place.
#include "described.hpp"

#include "fields.hpp"

#include <cstdint>
#include <string>

namespace {

struct Wrong {
    const char* text;
    const char* place;
    const char* sentence;  // a part of it
};

constexpr Wrong all[] = {
    {"", "column 1", "no frame is described"},
    {" # nothing", "column 1", "no frame is described"},
    {"etx", "column 1", "there is no layer \"etx\"; there are: eth, vlan, arp"},
    {"eth / ", "column 7", "a layer is missing here"},
    {"/ eth", "column 1", "a layer is missing here"},
    {"eth // ip", "column 6", "a layer is missing here"},
    {"eth ;; ip", "column 6", "a layer is missing here"},
    {"ip ttl=300", "column 4", "ip ttl: \"300\" is not a number from 0 to 255"},
    {"ip ttl=-1", "column 4", "is not a number"},
    {"ip ttl=", "column 4", "is not a number"},
    {"ip ttl=0x", "column 4", "is not a number"},
    {"ip ttl=1x", "column 4", "is not a number"},
    {"ip tll=3", "column 4", "ip has no field \"tll\"; it has: src, dst, ttl"},
    {"ip ttl", "column 4", "ttl needs a value: ttl=..."},
    {"ip df=2", "column 4", "is neither 1 nor 0"},
    {"ip =3", "column 4", "a name is missing before \"=\""},
    {"ip src=2001:db8::1", "column 4", "is not an address of IPv4"},
    {"ip6 src=192.0.2.1", "column 5", "is not an address of IPv6"},
    {"ip6 flow=0x100000", "column 5", "is not a number from 0 to 1048575"},
    {"eth dst=1", "column 5", "is not a MAC address"},
    {"eth /\n ip tos=1", "line 2, column 5", "ip has no field \"tos\""},
    {"eth=1", "column 1", "there is no layer \"eth=\""},
    {"vlan id=1", "column 1", "vlan stands behind eth"},
    {"eth / ip / vlan", "column 12", "vlan stands behind eth"},
    {"eth/vlan/vlan/vlan/vlan/vlan", "column 25", "vlan stands behind eth"},
    {"eth / vlan id=4096", "column 12", "from 0 to 4095"},
    {"udp \"text\"", "column 5", "a text is a layer of its own"},
    {"\"text", "column 1", "the quotation has no end"},
    {"\"te\\q\"", "column 4", "a backslash stands before"},
    {"\"\\x1\"", "column 2", "a backslash stands before"},
    {"\"\\", "column 2", "a backslash stands before"},
    {"tcp flags=SX", "column 5", "is not a number"},
    {"tcp ts=1", "column 5", "is not two numbers with a colon"},
    {"tcp sack=1:2 sack=1:2 sack=1:2 sack=1:2 sack=1:2", "column 41", "one block more"},
    {"hex 0", "column 5", "has half a byte at its end"},
    {"hex 0a zz", "column 8", "is not hexadecimal digits in pairs"},
    {"0a0", "column 1", "has half a byte at its end"},
    {"0x", "column 1", ""},
};

}  // namespace

TEST_CASE("a mistake is a sentence with its place") {
    for (const Wrong& wrong : all) {
        CAPTURE(wrong.text);
        const auto frames = send_frame::parse(wrong.text);
        REQUIRE_FALSE(frames);
        CHECK(send_frame::place_of(wrong.text, frames.error().offset) == wrong.place);
        CAPTURE(frames.error().sentence);
        CHECK(frames.error().sentence.find(wrong.sentence) != std::string::npos);
    }
}

TEST_CASE("too many layers and frames are refused") {
    std::string text = "udp";
    for (std::size_t i = 0; i < send_frame::most_layers; ++i) text += "/udp";
    CHECK_FALSE(send_frame::parse(text));
    text.clear();
    for (std::size_t i = 0; i <= send_frame::most_frames; ++i) text += "udp;";
    CHECK_FALSE(send_frame::parse(text));
}

TEST_CASE("each field of each layer takes a value that it reads") {
    for (const send_frame::LayerHelp& help : send_frame::layer_help()) {
        std::size_t begin = 0;
        while (begin < help.fields.size()) {
            const std::size_t end = std::min(help.fields.find(", ", begin), help.fields.size());
            const std::string name = help.fields.substr(begin, end - begin);
            begin = end + 2;
            bool was_read = false;
            for (const char* value : {"1", "192.0.2.1", "2001:db8::1", "00:00:5e:00:53:01", "1:2", "01010101"}) {
                auto layer = send_frame::layer_of(help.name);
                REQUIRE(layer);
                was_read = was_read || send_frame::set_field(*layer, name, value).empty();
            }
            CHECK_MESSAGE(was_read, help.name, " ", name);
        }
    }
}

TEST_CASE("made-up texts are read or refused, and what is read has bytes or a sentence") {
    constexpr const char* pieces[] = {
        "eth ",     "vlan ",  "arp ",     "ip ",         "ip6 ",      "ext ", "frag ",
        "icmp ",    "icmp6 ", "ns ",      "na ",         "ra ",       "tcp ", "udp ",
        "hex ",     "raw ",   "/",        "/ ",          " / ",       ";",    "\"",
        "\"a\"",    "\\x0",   "=",        "ttl=3 ",      "len=9 ",    "df ",  "options=0101 ",
        "01010101", "id=1 ",  "data=00 ", "zeros=9000 ", "chksum=1 ", "#",    "\n",
        "0x10:",    "ff",     "\xff",     "sack=1:2 "};
    std::uint32_t state = 7;
    const auto next = [&](std::size_t below) {
        state = state * 1664525U + 1013904223U;
        return (state >> 8U) % below;
    };
    std::size_t read = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string text;
        for (std::size_t i = next(12); i-- > 0;) text += pieces[next(std::size(pieces))];
        const auto frames = send_frame::parse(text);
        if (!frames) {
            CHECK(frames.error().offset <= text.size());
            CHECK_FALSE(frames.error().sentence.empty());
            continue;
        }
        ++read;
        for (const auto& frame : *frames) {
            const auto bytes = assemble(frame);
            CHECK((bytes || !bytes.error().empty()));
        }
    }
    CHECK(read > 1000);
}
