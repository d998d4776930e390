#include "arithmetic.hpp"

namespace pier::packet::filter {

namespace {

PredicatePtr both(PredicatePtr a, PredicatePtr b) {
    if (!a) return b;
    return b ? all_of(std::move(a), std::move(b)) : a;
}

void append(Code& code, const Code& more) { code.insert(code.end(), more.begin(), more.end()); }

// A and X are loaded with the two.
Code both_loaded(const Number& a, const Number& b) {
    Code code = a.code;
    append(code, b.code);
    code.push_back({op::ldx | op::mem, b.word});
    code.push_back({op::ld | op::mem, a.word});
    return code;
}

bool is_network(Protocol protocol) {
    return protocol == Protocol::ip || protocol == Protocol::ip6 || protocol == Protocol::arp ||
           protocol == Protocol::rarp;
}

}  // namespace

std::optional<std::uint32_t> Arithmetic::take_word() {
    if (used_.all()) return std::nullopt;
    while (used_[next_]) next_ = (next_ + 1) % op::memory_words;
    used_[next_] = true;
    return next_;
}

std::optional<Number> Arithmetic::put(Code code, PredicatePtr asked) {
    const auto word = take_word();
    if (!word) return std::nullopt;
    code.push_back({op::st, *word});
    return Number{std::move(code), *word, std::move(asked), {}};
}

std::optional<Number> Arithmetic::of_constant(std::uint32_t k) {
    auto number = put({{op::ld | op::imm, k}}, nullptr);
    if (number) number->constant = k;
    return number;
}

std::optional<Number> Arithmetic::of_length() { return put({{op::ld | op::len, 0}}, nullptr); }

std::optional<Number> Arithmetic::load(Protocol protocol, Number index, std::uint32_t size) {
    const std::uint16_t width = size == 4 ? op::word : size == 2 ? op::half : op::byte;
    const auto load_code = static_cast<std::uint16_t>(op::ld | op::ind | width);
    Code code = std::move(index.code);
    PredicatePtr asked = index.asked;
    if (protocol == Protocol::ether) {
        append(code, {{op::ldx | op::mem, index.word}, {load_code, 0}});
    } else if (is_network(protocol)) {
        append(code, {{op::ldx | op::mem, index.word}, {load_code, link_.payload_at}});
        asked = both(asked, is_protocol(link_, protocol));
    } else if (protocol == Protocol::icmp6) {
        append(code, {{op::ldx | op::mem, index.word}, {load_code, link_.payload_at + 40}});
        asked = both(both(asked, is_protocol(link_, Protocol::ip6)),
                     filter::compare(link_.payload_at + 6, op::byte, op::jeq, ip_protocol::icmpv6));
    } else {
        append(code, {{op::ldx_msh, link_.payload_at},
                      {op::ld | op::mem, index.word},
                      {op::alu | op::add | op::x, 0},
                      {op::tax, 0},
                      {load_code, link_.payload_at}});
        asked = both(asked, all_of(is_protocol(link_, protocol), is_first_part(link_)));
        asked = all_of(is_protocol(link_, Protocol::ip), asked);
    }
    const auto word = take_word();
    if (!word) return std::nullopt;
    used_[index.word] = false;
    code.push_back({op::st, *word});
    return Number{std::move(code), *word, std::move(asked), {}};
}

std::optional<Number> Arithmetic::calculate(std::uint16_t operation, Number a, Number b) {
    Code code = both_loaded(a, b);
    code.push_back({static_cast<std::uint16_t>(op::alu | op::x | operation), 0});
    used_[a.word] = used_[b.word] = false;
    return put(std::move(code), both(a.asked, b.asked));
}

Number Arithmetic::negate(Number a) const {
    append(a.code, {{op::ld | op::mem, a.word}, {op::alu | op::neg, 0}, {op::st, a.word}});
    a.constant.reset();
    return a;
}

PredicatePtr Arithmetic::compare(std::uint16_t comparison, Wanted wanted, const Number& a, const Number& b) {
    Code code = both_loaded(a, b);
    used_[a.word] = used_[b.word] = false;
    // The difference is computed first: the optimizer makes the one or the other of it.
    const bool is_equal = comparison == op::jeq;
    if (is_equal) code.push_back({op::alu | op::sub | op::x, 0});
    PredicatePtr holds =
        make_test({std::move(code), is_equal ? op::jeq : static_cast<std::uint16_t>(comparison | op::x), 0});
    if (wanted == Wanted::no) holds = not_of(holds);
    return both(both(a.asked, b.asked), holds);
}

}  // namespace pier::packet::filter
