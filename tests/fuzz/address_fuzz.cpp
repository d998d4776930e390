// Reads made-up texts as addresses, prefixes and endpoints: pier-fuzz-address [--count N] [--seed N]. What is read has
// to come back when it is written and read again, a refusal has to say where, and the system's functions have to agree.
// Exit status 1 with the text at the first one that is wrong.
#include "address_inputs.hpp"
#include "arguments.hpp"
#include "reference.hpp"

#include <pier/address/historical.hpp>
#include <pier/address/prefix.hpp>
#include <pier/cli/printable.hpp>
#include <pier/endpoint.hpp>

#include <algorithm>
#include <cstdio>

namespace {

using pier::Address;

template <class Bytes>
bool is_same(const std::optional<Bytes>& theirs, const pier::TextResult<Address>& ours) {
    if (!theirs || !ours) return !theirs && !ours;
    return std::ranges::equal(*theirs, ours->bytes());
}

template <class Value>
bool is_good_refusal(const pier::TextResult<Value>& result, std::string_view text) {
    return result || (result.error().offset <= text.size() && !result.error().sentence.empty());
}

// Each returns what is wrong, or null.

const char* check_address(const Address& address) {
    const std::string text = address.to_string();
    if (reference::is_there() && text != reference::write(address.bytes())) return "inet_ntop writes it in another way";
    const auto again = Address::parse(text);
    if (!again || *again != address) return "what to_string wrote is read as something else";
    if (Address::from_number(address.family(), address.number()) != address) return "its number is not its own";
    if (Address::of(address.with_port(1)) != address) return "an endpoint made another address of it";
    // Endpoint has a reader of its own above the same characters.
    const auto endpoint = pier::Endpoint::parse_address(text);
    if (!endpoint || Address::of(*endpoint) != address) return "Endpoint reads it as something else";
    return nullptr;
}

const char* check_read(const std::string& text) {
    const auto address = Address::parse(text);
    if (!is_good_refusal(address, text)) return "a refusal says nothing, or a place beyond the text";
    if (address && *Address::parse(address->to_string()) != *address) return "what was read is not what is written";
    const bool no_zero = text.find('\0') == std::string::npos;
    if (!no_zero && address) return "a zero byte is no part of an address";
    if (!reference::is_there() || !no_zero) return nullptr;
    // The system has no zones there.
    const bool zone = address && address->is_v6() && text.find('%') != std::string::npos;
    const std::string bare = zone ? text.substr(0, text.find('%')) : text;
    const auto ours = zone ? pier::TextResult<Address>(address->without_scope()) : address;
    if (const auto theirs = reference::read_v4(bare); theirs || (ours && ours->is_v4())) {
        if (!is_same(theirs, ours)) return "inet_pton disagrees on IPv4";
    }
    if (const auto theirs = reference::read_v6(bare); theirs || (ours && ours->is_v6())) {
        if (!is_same(theirs, ours)) return "inet_pton disagrees on IPv6";
    }
    return nullptr;
}

const char* check_historical(const std::string& text) {
    const auto address = pier::parse_historical(text);
    if (!is_good_refusal(address, text))
        return "a refusal of a historical form says nothing, or a place beyond the text";
    if (!reference::is_there()) return nullptr;
    // What is behind a space, or behind a zero byte, inet_aton does not look at.
    const std::size_t end = text.find_first_of(std::string_view(" \t\n\v\f\r\0", 7));
    if (end != std::string::npos) return address ? "a space or a zero byte is no part of an address" : nullptr;
    return is_same(reference::read_historical(text), address) ? nullptr : "inet_aton disagrees";
}

const char* check_prefix(const std::string& text) {
    const auto prefix = pier::Prefix::parse(text);
    const auto both = pier::AddressInPrefix::parse(text);
    if (!is_good_refusal(prefix, text) || !is_good_refusal(both, text)) {
        return "a refusal of a prefix says nothing, or a place beyond the text";
    }
    if (both && !both->prefix.contains(both->address)) return "an address is not in its own prefix";
    if (!prefix) return nullptr;
    if (!both || both->prefix != *prefix) return "a prefix is read in two ways";
    const auto again = pier::Prefix::parse(prefix->to_string());
    if (!again || *again != *prefix) return "a prefix is written as another one";
    if (!prefix->contains(prefix->network()) || !prefix->contains(prefix->last())) return "a prefix lacks an end";
    return nullptr;
}

const char* check_endpoint(const std::string& text) {
    const auto endpoint = pier::Endpoint::parse(text);
    if (!endpoint) return nullptr;
    const auto again = pier::Endpoint::parse(endpoint->to_string());
    return again && *again == *endpoint ? nullptr : "an endpoint is written as another one";
}

bool wrong(std::uint64_t round, std::string_view input, const char* what) {
    std::printf("input %llu: %s: %s\n", static_cast<unsigned long long>(round), pier::printable(input).c_str(), what);
    return false;
}

bool run(std::uint64_t count, std::uint64_t seed) {
    fuzz::Random random(seed);
    // What was read at all: a fuzzer whose texts are all refused tries little.
    std::uint64_t addresses = 0;
    std::uint64_t historical = 0;
    std::uint64_t prefixes = 0;
    std::uint64_t endpoints = 0;
    for (std::uint64_t round = 0; round < count; ++round) {
        const Address address = fuzz::make_address(random);
        if (const char* what = check_address(address)) return wrong(round, address.to_string(), what);
        const std::string text = fuzz::make_text(random);
        for (auto* check : {check_read, check_historical, check_prefix, check_endpoint}) {
            if (const char* what = check(text)) return wrong(round, text, what);
        }
        addresses += Address::parse(text) ? 1 : 0;
        historical += pier::parse_historical(text) ? 1 : 0;
        prefixes += pier::AddressInPrefix::parse(text) ? 1 : 0;
        endpoints += pier::Endpoint::parse(text) ? 1 : 0;
    }
    const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
    std::printf("%llu addresses and as many texts, seed %llu: nothing wrong%s\n", number(count), number(seed),
                reference::is_there() ? "" : " (no system was asked)");
    std::printf("of the texts %llu are addresses, %llu historical ones, %llu prefixes, %llu endpoints\n",
                number(addresses), number(historical), number(prefixes), number(endpoints));
    return true;
}

}  // namespace

int main(int argc, char** argv) { return fuzz::main_of("pier-fuzz-address", argc, argv, run); }
