#include "../evaluate.hpp"
#include "parser.hpp"
#include "words.hpp"

#include <array>

namespace pier::packet::filter {

namespace {

struct Operator {
    std::string_view symbol;
    std::uint16_t operation;
    int precedence;
};

constexpr std::array operators{
    Operator{"|", op::bit_or, 1}, Operator{"^", op::bit_xor, 1}, Operator{"&", op::bit_and, 2},
    Operator{"<<", op::lsh, 3},   Operator{">>", op::rsh, 3},    Operator{"+", op::add, 4},
    Operator{"-", op::sub, 4},    Operator{"*", op::mul, 5},     Operator{"/", op::div, 5},
    Operator{"%", op::mod, 5},
};

constexpr std::size_t most_depth = 200;

const Operator* operator_of(const Token& token) {
    for (const Operator& known : operators) {
        if (token.is(known.symbol)) return &known;
    }
    return nullptr;
}

}  // namespace

Number Parser::kept(std::optional<Number> number, const Token& token) {
    if (number) return std::move(*number);
    fail(token, "more numbers are needed at a time than the machine can keep");
    return {};
}

Number Parser::number(int least_precedence) {
    Number left = operand();
    for (;;) {
        const Operator* known = operator_of(peek());
        if (known == nullptr || known->precedence < least_precedence || error_) return left;
        const Token token = next();
        Number right = number(known->precedence + 1);
        if (error_) return left;
        const auto fault = right.constant ? fault_of_constant(known->operation, *right.constant) : std::string_view();
        if (!fault.empty()) {
            fail(token, fault);
            return left;
        }
        left = kept(arithmetic_.calculate(known->operation, std::move(left), std::move(right)), token);
    }
}

Number Parser::operand() {
    if (++depth_ > most_depth) {
        fail(peek(), "the filter is nested too deeply here");
        return {};
    }
    const Token token = peek();
    Number result;
    if (accept("(")) {
        result = number(0);
        expect(")");
    } else if (accept("-")) {
        result = operand();
        if (!error_) result = arithmetic_.negate(std::move(result));
    } else if (accept("len")) {
        result = kept(arithmetic_.of_length(), token);
    } else if (token.kind == Token::Kind::number) {
        next();
        result = kept(arithmetic_.of_constant(token.number), token);
    } else if (const auto k = constant_of(token.text); k && token.kind == Token::Kind::word) {
        next();
        result = kept(arithmetic_.of_constant(*k), token);
    } else if (protocol_of(token.text) && token.kind == Token::Kind::word && peek(1).is("[")) {
        result = load();
    } else {
        fail(token, "a number is needed here");
    }
    --depth_;
    return result;
}

Number Parser::load() {
    const Token token = next();
    const Protocol protocol = *protocol_of(token.text);
    if (!Arithmetic::is_loadable(protocol) || (protocol == Protocol::ether && !link_.is_ethernet)) {
        fail(token, "its header can't be read from");
    }
    expect("[");
    Number index = number(0);
    std::uint32_t size = 1;
    if (accept(":")) {
        const Token wanted = peek();
        size = expect_number(UINT32_MAX, "");
        if (size != 1 && size != 2 && size != 4) fail(wanted, "1, 2 or 4 bytes can be read at a time");
    }
    expect("]");
    if (error_) return {};
    return kept(arithmetic_.load(protocol, std::move(index), size), token);
}

}  // namespace pier::packet::filter
