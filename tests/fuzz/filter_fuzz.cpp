// Compiles made-up filters: pier-fuzz-filter [--count N] [--seed N]. A program that comes out has to be one that
// systems take, and runs on packets that are cut anywhere; a refusal has to be a sentence with a place in the text.
// Exit status 1 with the text at the first one that is wrong.
#include "address_inputs.hpp"
#include "arguments.hpp"

#include <pier/packet/filter/compile.hpp>
#include <pier/packet/filter/program.hpp>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <string>
#include <vector>

namespace {

namespace packet = pier::packet;

constexpr std::string_view words[] = {
    "tcp", "udp",   "ip",     "ip6",       "arp",   "icmp",       "host",        "net",  "port", "portrange", "src",
    "dst", "or",    "and",    "not",       "(",     ")",          "10.0.0.1",    "80",   "1-9",  "vlan",      "ether",
    "len", "=",     "!=",     "<",         ">=",    "[",          "]",           ":",    "&",    "+",         "0x10",
    "2",   "proto", "2001::", "10.0.0/24", "less",  "broadcast",  "multicast",   "mask", "sctp", "*",         "/",
    "0",   "<<",    "|",      "-",         "igmp",  "tcpflags",   "tcp-syn",     "%",    "^",    "!",         "&&",
    "||",  "\\tcp", "http",   "greater",   "65536", "4294967296", "ff:0:0:0:0:1"};

std::string make_filter(fuzz::Random& random) {
    std::string text;
    for (std::size_t left = random.below(random.one_in(50) ? 200 : 12); left > 0; --left) {
        text += words[random.below(std::size(words))];
        if (!random.one_in(4)) text += ' ';
    }
    if (random.one_in(4) && !text.empty()) {
        text[random.below(text.size())] = static_cast<char>(random.next() & 0xff);
    }
    return text;
}

std::vector<std::byte> make_bytes(fuzz::Random& random) {
    std::vector<std::byte> bytes(random.below(100));
    for (std::byte& each : bytes) each = static_cast<std::byte>(random.next() & 0xff);
    return bytes;
}

// What is wrong, or null.
const char* check(const std::string& text, packet::LinkType link, fuzz::Random& random, std::uint64_t& taken) {
    const auto compiled = packet::compile_filter(text, link);
    if (!compiled) {
        if (compiled.error().offset > text.size()) return "the place is not in the text";
        const std::string& sentence = compiled.error().sentence;
        const bool is_printable = std::ranges::all_of(sentence, [](char c) { return c >= ' ' && c < 0x7f; });
        return sentence.empty() || !is_printable ? "the refusal is no sentence" : nullptr;
    }
    ++taken;
    if (!packet::check_filter(*compiled)) return "no system takes this program";
    for (int tries = 0; tries < 3; ++tries) {
        const auto bytes = make_bytes(random);
        (void)packet::run_filter(*compiled, bytes, static_cast<std::uint32_t>(bytes.size() + random.below(100)));
    }
    return nullptr;
}

bool run(std::uint64_t count, std::uint64_t seed) {
    constexpr packet::LinkType links[] = {packet::LinkType::ethernet, packet::LinkType::raw_ip};
    fuzz::Random random(seed);
    std::uint64_t taken = 0;
    for (std::uint64_t round = 0; round < count; ++round) {
        const std::string text = make_filter(random);
        if (const char* what = check(text, links[random.below(2)], random, taken)) {
            std::printf("input %llu: \"%s\": %s\n", static_cast<unsigned long long>(round), text.c_str(), what);
            return false;
        }
    }
    std::printf("%llu texts, seed %llu: nothing wrong; %llu of them are filters\n",
                static_cast<unsigned long long>(count), static_cast<unsigned long long>(seed),
                static_cast<unsigned long long>(taken));
    return true;
}

}  // namespace

int main(int argc, char** argv) { return fuzz::main_of("pier-fuzz-filter", argc, argv, run); }
