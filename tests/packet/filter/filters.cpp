// Filters: what they let pass, what is wrong with a text, and which programs are none.
#include "hex.hpp"

#include <pier/packet/filter/compile.hpp>
#include <pier/packet/filter/program.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace pier::packet;
using pier::FilterInstruction;

namespace {

// TCP from 192.0.2.1 port 40000 to 192.0.2.2 port 80 with SYN, in its frame.
const std::vector<std::byte>& syn() {
    static const auto bytes =
        hex("00005e005302 00005e005301 0800"
            "4500 0028 0001 0000 40 06 0000 c0000201 c0000202"
            "9c40 0050 00000001 00000000 50 02 ffff 0000 0000");
    return bytes;
}
constexpr std::size_t ports_end = 38;  // in that frame

FilterProgram program(std::string_view text) {
    auto compiled = compile_filter(text, LinkType::ethernet);
    REQUIRE_MESSAGE(compiled.has_value(), text);
    CHECK_MESSAGE(check_filter(*compiled).has_value(), text);
    return std::move(*compiled);
}

bool passes(std::string_view text, Bytes packet) {
    return run_filter(program(text), packet, static_cast<std::uint32_t>(packet.size())) != 0;
}

}  // namespace

TEST_CASE("filter: what it says is what passes") {
    for (const char* text : {"",
                             "ip",
                             "tcp",
                             "port 80",
                             "tcp dst port 80",
                             "src port 40000",
                             "portrange 79-81",
                             "host 192.0.2.1",
                             "src host 192.0.2.1 and dst host 192.0.2.2",
                             "net 192.0.2.0/24",
                             "not udp",
                             "tcp[tcpflags] & tcp-syn != 0",
                             "tcp[13] = 2",
                             "len = 54",
                             "less 54",
                             "greater 54",
                             "ether src 00:00:5e:00:53:01",
                             "ip proto 6",
                             "port http",
                             "ip[8] = 64",
                             "ether[12:2] = 0x800",
                             "port 443 or 80",
                             "not (port 22 or arp)"}) {
        CHECK_MESSAGE(passes(text, syn()), text);
    }
    for (const char* text : {"ip6", "udp", "port 81", "tcp src port 80", "host 192.0.2.3", "net 198.51.100.0/24",
                             "not tcp", "tcp[13] = 18", "less 53", "greater 55", "arp", "ether broadcast", "vlan",
                             "ip[0] & 0xf != 5", "tcp and not port 80"}) {
        CHECK_MESSAGE(!passes(text, syn()), text);
    }
}

TEST_CASE("filter: a snap length is the answer") {
    const auto compiled = compile_filter("tcp", LinkType::ethernet, 96);
    REQUIRE(compiled.has_value());
    CHECK(run_filter(*compiled, syn(), 54) == 96);
    CHECK(run_filter(*compiled, Bytes(syn()).first(20), 54) == 0);
}

TEST_CASE("filter: a packet that is cut anywhere is read no further than it goes") {
    for (const char* text :
         {"tcp port 80", "tcp[20:4] = 0", "ip[2:2] = tcp[0:2]", "ip6 host 2001:db8::1", "vlan 5 and ip"}) {
        const FilterProgram compiled = program(text);
        for (std::size_t size = 0; size <= syn().size(); ++size) {
            // On the heap, and of that size exactly: a sanitizer sees a read behind it.
            const std::vector<std::byte> cut(syn().begin(), syn().begin() + static_cast<std::ptrdiff_t>(size));
            const std::uint32_t kept = run_filter(compiled, cut, 54);
            if (size < ports_end) CHECK_MESSAGE(kept == 0, text);
        }
    }
}

TEST_CASE("filter: what is wrong has its place") {
    struct Wrong {
        const char* text;
        std::size_t offset;
    };
    for (const Wrong& wrong : {Wrong{"port 70000", 5}, Wrong{"host 10.0.0.256", 5}, Wrong{"tcp and", 7},
                               Wrong{"foo", 0}, Wrong{"(tcp", 4}, Wrong{"net 10.0.0.0/33", 4}, Wrong{"ip[0", 4}}) {
        const auto compiled = compile_filter(wrong.text, LinkType::ethernet);
        REQUIRE_MESSAGE(!compiled.has_value(), wrong.text);
        CHECK_MESSAGE(compiled.error().offset >= wrong.offset, wrong.text << ": " << compiled.error().offset);
        CHECK_FALSE(compiled.error().sentence.empty());
    }
    CHECK_FALSE(compile_filter("1 = 2", LinkType::ethernet).has_value());
    // What the optimizer finds out is as wrong as what stands there.
    for (const char* text : {"len << 32 = 2", "len << -1 = 2", "len <<-tcpflags = tcp-syn", "len >> (3*11) = 1",
                             "len / (0*ip[0]) = 2", "len % -(0*ip[0]) = 2"}) {
        const auto compiled = compile_filter(text, LinkType::ethernet);
        CHECK_MESSAGE(!compiled.has_value(), text);
    }
    CHECK_FALSE(compile_filter(std::string(100'000, '('), LinkType::ethernet).has_value());
    CHECK_FALSE(compile_filter(std::string(1'000, '!'), LinkType::ethernet).has_value());
}

TEST_CASE("filter: programs that no system takes") {
    const FilterInstruction all{0x06, 0, 0, 1};
    for (const FilterProgram& wrong :
         {FilterProgram{}, FilterProgram{{0x28, 0, 0, 12}}, FilterProgram{{0x15, 1, 0, 0}, all},
          FilterProgram{{0x05, 0, 0, 9}, all}, FilterProgram{{0x34, 0, 0, 0}, all},
          FilterProgram{{0x60, 0, 0, 16}, all}, FilterProgram{{0xffff, 0, 0, 0}, all}, FilterProgram(5'000, all)}) {
        CHECK_FALSE(check_filter(wrong).has_value());
        // It ends all the same, and keeps nothing that it should not.
        (void)run_filter(wrong, syn(), 54);
    }
    CHECK(check_filter(std::vector{all}).has_value());
    CHECK(run_filter(std::vector{all}, {}, 0) == 1);
    CHECK(run_filter({}, syn(), 54) == 0);
}

TEST_CASE("filter: a program as text") {
    CHECK(format_filter(program("arp")) ==
          "(000) ldh      [12]\n"
          "(001) jeq      #0x806           jt 2\tjf 3\n"
          "(002) ret      #262144\n"
          "(003) ret      #0\n");
}
