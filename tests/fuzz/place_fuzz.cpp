// Reads made-up texts as the places of --listen and --connect: pier-fuzz-place [--count N] [--seed N]. What is read has
// to come back when it is written and read again, and a refusal has to be a sentence that quotes the text. Exit status
// 1 with the text at the first one that is wrong.
#include "address_inputs.hpp"
#include "arguments.hpp"

#include <pier/cli/place.hpp>
#include <pier/cli/printable.hpp>

#include <algorithm>
#include <cstdio>
#include <iterator>

namespace {

using namespace std::string_view_literals;
using pier::Place;

// What was read at all: a fuzzer whose texts are all refused tries little.
struct Counts {
    std::uint64_t endpoints = 0;
    std::uint64_t unix_sockets = 0;
    std::uint64_t names = 0;
};

std::string make_host(fuzz::Random& random) {
    constexpr std::string_view hosts[] = {"localhost", "*", "", "a.example.", "xn--bcher-kva.example",
                                          "b\xc3\xbc", "1"};
    switch (random.below(4)) {
        case 0:
            return std::string(hosts[random.below(std::size(hosts))]);
        case 1:
            return "[" + fuzz::make_text(random) + "]";
        case 2:
            return "[" + fuzz::make_address(random).to_string() + "]";
        default:
            return fuzz::make_text(random);
    }
}

std::string make_service(fuzz::Random& random) {
    constexpr std::string_view services[] = {"http", "", "0", "65535", "65536", "007", "-1", "99999999999999999999",
                                             "]"};
    if (random.one_in(2)) return std::to_string(random.below(70000));
    return std::string(services[random.below(std::size(services))]);
}

std::string make_unix(fuzz::Random& random) {
    constexpr std::string_view parts[] = {"/", "@", "%", "%00", "%2f", "%4", "a", " ", ":80", "["};
    std::string text = "unix:";
    for (std::size_t left = random.below(random.one_in(8) ? 150 : 8); left > 0; --left) {
        text.append(parts[random.below(std::size(parts))]);
    }
    return text;
}

// At times with a byte that is any, and now and then far too long.
std::string make_place(fuzz::Random& random) {
    std::string text = random.one_in(6)   ? make_unix(random)
                       : random.one_in(6) ? fuzz::make_text(random)
                                          : make_host(random) + ":" + make_service(random);
    if (random.one_in(4)) {
        text.insert(random.below(text.size() + 1), 1, static_cast<char>(random.next() & 0xff));
    }
    if (random.one_in(2000)) {
        constexpr std::string_view fillers = "a1:[.%";
        text.insert(random.below(text.size() + 1), random.below(20000), fillers[random.below(fillers.size())]);
    }
    return text;
}

bool is_beyond_ports(std::string_view text) {
    std::string_view digits = text.substr(std::min(text.rfind(':'), text.size() - 1) + 1);
    if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos) return false;
    digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
    return digits.size() > 5 || (digits.size() == 5 && digits > "65535");
}

bool is_sentence(std::string_view error, std::string_view text) {
    std::string start(1, '"');
    start.append(text).append("\": ");
    if (!error.starts_with(start)) return false;
    error.remove_prefix(start.size());
    return !error.empty() && !error.ends_with('.') && std::ranges::all_of(error, [](char c) { return c >= ' '; });
}

// What is wrong, or null.
const char* check(const std::string& text, Counts& counts) {
    const auto place = Place::parse(text);
    if (!place) return is_sentence(place.error(), text) ? nullptr : "the refusal is no sentence about the text";
    const bool is_unix = text.starts_with("unix:");
    if (text.empty() || (!is_unix && is_beyond_ports(text))) return "nothing listens at such a port";
    if (text.find('\0') != std::string::npos && !text.starts_with("unix:@")) return "a zero byte is part of no place";
    const std::string written = place->to_string();
    const auto again = Place::parse(written);
    if (!again || again->literal() != place->literal() || again->to_string() != written) {
        return "what was read is not what is written";
    }
    const auto endpoint = pier::Endpoint::parse(text);
    if (endpoint.has_value() != place->literal().has_value()) return "it is an endpoint, or it is not";
    if (endpoint && *endpoint != *place->literal()) return "Endpoint reads it as another one";
    if (!endpoint && written != text) return "a name is written in another way";
    ++(is_unix ? counts.unix_sockets : endpoint ? counts.endpoints : counts.names);
    return nullptr;
}

bool wrong(std::string_view input, const char* what) {
    std::printf("%s: %s\n", pier::printable(input.substr(0, 300)).c_str(), what);
    return false;
}

// Those that every run tries.
bool try_known(Counts& counts) {
    constexpr std::string_view refused[] = {
        "",      "*",      ":",         ":80",         "localhost", "localhost:",   "a:65536",
        "[::1]", "[]:80",  "[:80",      "::1:80",      "[a]:80",    "[1.2.3.4]:0",  "1.2.3:80",
        "unix:", "unix:@", "a\0b:80"sv, "unix:a%00"sv, "a b:80",    "127.0.0.1:080"};
    constexpr std::string_view taken[] = {"*:7000",       "localhost:0",    "localhost:http", "127.0.0.1:http",
                                          "[::1]:65535",  "[::1]:http",     "unix:/tmp/a",    "unix:@a",
                                          "unix:a b:80]", "127.0.0.1:65535"};
    for (const std::string_view text : refused) {
        if (Place::parse(text)) return wrong(text, "this is no place");
    }
    for (const std::string_view text : taken) {
        if (!Place::parse(text)) return wrong(text, "this is a place");
    }
    for (const std::string_view end : {""sv, ":80"sv, "]:80"sv, ":65536"sv}) {
        for (const std::string_view start : {""sv, "["sv, "unix:"sv, "["sv, "a:"sv}) {
            for (const char filler : "a1:.[%@"sv) {
                const std::string text = std::string(start).append(1 << 17, filler).append(end);
                if (const char* what = check(text, counts)) return wrong(text, what);
            }
        }
    }
    return true;
}

bool run(std::uint64_t count, std::uint64_t seed) {
    fuzz::Random random(seed);
    Counts counts;
    if (!try_known(counts)) return false;
    counts = {};
    const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
    for (std::uint64_t round = 0; round < count; ++round) {
        const std::string text = make_place(random);
        if (const char* what = check(text, counts)) {
            std::printf("input %llu: ", number(round));
            return wrong(text, what);
        }
    }
    std::printf("%llu texts, seed %llu: nothing wrong\n", number(count), number(seed));
    std::printf("of them %llu are addresses with a port, %llu names with one, %llu Unix-domain sockets\n",
                number(counts.endpoints), number(counts.names), number(counts.unix_sockets));
    return true;
}

}  // namespace

int main(int argc, char** argv) { return fuzz::main_of("pier-fuzz-place", argc, argv, run); }
