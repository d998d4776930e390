#include "parser.hpp"

#include "words.hpp"

namespace pier::packet::filter {

namespace {

// Parentheses in parentheses, and changes from "and" to "or": each is a call within a call.
constexpr std::size_t most_depth = 200;
constexpr std::uint32_t most_vlan = 4095;

bool is_one_of(const Token& token, std::initializer_list<std::string_view> words) {
    for (const std::string_view word : words) {
        if (token.is(word)) return true;
    }
    return false;
}

bool is_relation(const Token& token) { return is_one_of(token, {"=", "==", "!=", "<", "<=", ">", ">="}); }
bool is_operator(const Token& token) { return is_one_of(token, {"+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>"}); }

}  // namespace

PacketResult<PredicatePtr> Parser::parse() {
    PredicatePtr all = peek().kind == Token::Kind::end ? constant(true) : expression();
    if (!error_ && peek().kind != Token::Kind::end) fail(peek(), "\"and\" or \"or\" is missing before it");
    if (error_) return std::unexpected(*error_);
    return all;
}

PredicatePtr Parser::fail(const Token& token, std::string_view wrong) {
    if (!error_) error_ = wrong_token(token, wrong).error();
    at_ = tokens_.size() - 1;
    return constant(false);
}

bool Parser::accept(std::string_view word) {
    if (!peek().is(word)) return false;
    next();
    return true;
}

void Parser::expect(std::string_view symbol) {
    if (!accept(symbol)) fail(peek(), "\"" + std::string(symbol) + "\" is missing here");
}

std::uint32_t Parser::expect_number(std::uint32_t most, std::string_view wrong) {
    const Token token = next();
    if (token.kind != Token::Kind::number) fail(token, "a number is needed here");
    if (token.kind == Token::Kind::number && token.number > most) fail(token, wrong);
    return token.number;
}

// "and" and "or" count the same, from the left to the right.
PredicatePtr Parser::expression() {
    if (++depth_ > most_depth) return fail(peek(), "the filter is nested too deeply here");
    const std::size_t depth = depth_;
    PredicatePtr all = term();
    std::vector<PredicatePtr> parts{all};
    auto kind = Predicate::Kind::all;
    for (;;) {
        const bool is_and = is_one_of(peek(), {"and", "&&"});
        if (!is_and && !is_one_of(peek(), {"or", "||"})) break;
        const Token word = next();
        const auto wanted = is_and ? Predicate::Kind::all : Predicate::Kind::any;
        if (parts.size() > 1 && kind != wanted) {
            parts = {make(kind, std::move(parts))};
            if (++depth_ > most_depth) return fail(word, "the filter changes between \"and\" and \"or\" too often");
        }
        kind = wanted;
        parts.push_back(term());
    }
    depth_ = depth - 1;
    return parts.size() == 1 ? parts[0] : make(kind, std::move(parts));
}

PredicatePtr Parser::term() {
    bool is_negated = false;
    while (accept("not") || accept("!")) is_negated = !is_negated;
    PredicatePtr asked = primary();
    return is_negated ? not_of(asked) : asked;
}

PredicatePtr Parser::primary() {
    if (begins_number()) return relation();
    if (peek().is("(")) return group();
    const Token& token = peek();
    const bool is_id =
        token.kind != Token::Kind::word && token.kind != Token::Kind::symbol && token.kind != Token::Kind::end;
    if (is_id) {
        if (last_) return id(*last_);
        return fail(token, "a word like \"host\" or \"port\" has to say what this is");
    }
    return qualified();
}

PredicatePtr Parser::group() {
    expect("(");
    PredicatePtr inside = expression();
    expect(")");
    return inside;
}

void Parser::read_direction(Qualifiers& qualifiers) {
    if (!is_one_of(peek(), {"src", "dst"})) return;
    const bool is_source = next().is("src");
    qualifiers.has_direction = true;
    qualifiers.direction = is_source ? Direction::source : Direction::destination;
    if (!peek(1).is(is_source ? "dst" : "src")) return;
    const bool is_both = is_one_of(peek(), {"and", "&&"});
    if (!is_both && !is_one_of(peek(), {"or", "||"})) return;
    // "src 10.0.0.1 or dst 10.0.0.2" has a name before its "or"; here is none.
    next();
    next();
    qualifiers.direction = is_both ? Direction::both : Direction::either;
}

bool Parser::read_type(Qualifiers& qualifiers) {
    using Type = Qualifiers::Type;
    if (accept("host"))
        qualifiers.type = Type::host;
    else if (accept("net"))
        qualifiers.type = Type::net;
    else if (accept("port"))
        qualifiers.type = Type::port;
    else if (accept("portrange"))
        qualifiers.type = Type::portrange;
    else if (accept("proto"))
        qualifiers.type = Type::proto;
    else
        return false;
    return true;
}

PredicatePtr Parser::qualified() {
    const Token token = peek();
    Qualifiers qualifiers;
    if (const auto protocol = protocol_of(token.text); protocol && token.kind == Token::Kind::word) {
        next();
        qualifiers.protocol = *protocol;
        if (!is_one_of(peek(), {"host", "net", "port", "portrange", "proto", "src", "dst"})) {
            last_.reset();
            return whole_protocol(token, *protocol);
        }
    }
    read_direction(qualifiers);
    if (!read_type(qualifiers) && !qualifiers.has_direction) {
        const auto last = last_;
        last_.reset();
        if (last && token.kind == Token::Kind::word &&
            !is_one_of(token, {"vlan", "less", "greater", "broadcast", "multicast", "inbound", "outbound", "and", "or",
                               "not", "gateway", "mask"})) {
            return id(*last);
        }
        return special(token);
    }
    last_ = qualifiers;
    if (peek().is("(")) return group();
    bool is_negated = false;
    while (accept("not") || accept("!")) is_negated = !is_negated;
    PredicatePtr asked = id(qualifiers);
    return is_negated ? not_of(asked) : asked;
}

PredicatePtr Parser::whole_protocol(const Token& token, Protocol protocol) {
    const bool is_broadcast = peek().is("broadcast");
    if (is_broadcast || peek().is("multicast")) {
        const Token word = next();
        const bool is_ip = protocol == Protocol::ip;
        if (protocol == Protocol::ether) {
            if (!link_.is_ethernet) return fail(word, "these packets have no Ethernet header");
            return is_broadcast ? has_mac(Direction::destination, MacAddress::broadcast())
                                : is_multicast(link_, protocol);
        }
        if (is_broadcast && is_ip) return is_ip_broadcast(link_);
        if (!is_broadcast && (is_ip || protocol == Protocol::ip6)) return is_multicast(link_, protocol);
        return fail(word, "the protocol before it knows no such addresses");
    }
    if (protocol == Protocol::ether)
        return fail(token, "\"host\", \"src\", \"dst\", \"proto\" or the like has to follow");
    return is_protocol(link_, protocol);
}

PredicatePtr Parser::vlan() {
    if (!link_.is_ethernet) return fail(peek(), "these packets have no VLAN tags");
    std::optional<std::uint32_t> id;
    if (peek().kind == Token::Kind::number && !is_operator(peek(1)) && !is_relation(peek(1))) {
        id = expect_number(most_vlan, "a VLAN is at most 4095");
    }
    return has_vlan(link_, id);
}

PredicatePtr Parser::special(const Token& token) {
    next();
    if (token.is("vlan")) return vlan();
    if (token.is("less")) return not_of(has_length(op::jgt, expect_number(UINT32_MAX, "")));
    if (token.is("greater")) return has_length(op::jge, expect_number(UINT32_MAX, ""));
    if (token.is("broadcast") || token.is("multicast")) {
        if (!link_.is_ethernet) return fail(token, "these packets have no Ethernet header");
        return token.is("broadcast") ? has_mac(Direction::destination, MacAddress::broadcast())
                                     : is_multicast(link_, Protocol::ether);
    }
    if (is_one_of(token, {"inbound", "outbound"}))
        return fail(token, "packets of this link do not say their direction");
    if (token.kind == Token::Kind::word && !is_one_of(token, {"and", "or", "not", "mask"})) {
        return fail(token, "no such word is in the language of filters");
    }
    return fail(token, "a test is missing here");
}

// An operator that needs a number on its left, or a number that one follows.
bool Parser::begins_number() const {
    const Token& token = peek();
    if (token.is("-") || token.is("len")) return true;
    if (token.is("(")) return is_group_of_number();
    if (token.kind == Token::Kind::number) return is_operator(peek(1)) || is_relation(peek(1));
    if (token.kind != Token::Kind::word) return false;
    return constant_of(token.text).has_value() || (protocol_of(token.text) && peek(1).is("["));
}

bool Parser::is_group_of_number() const {
    std::size_t open = 0;
    for (std::size_t ahead = 0; at_ + ahead < tokens_.size(); ++ahead) {
        if (peek(ahead).is("(")) ++open;
        if (peek(ahead).is(")") && --open == 0) return is_operator(peek(ahead + 1)) || is_relation(peek(ahead + 1));
    }
    return false;
}

PredicatePtr Parser::relation() {
    last_.reset();
    Number left = number(0);
    const Token token = next();
    if (!is_relation(token)) return fail(token, "a comparison is missing here");
    Number right = number(0);
    if (error_) return constant(false);
    // What is not among the machine's comparisons is the opposite of one.
    const bool is_opposite = is_one_of(token, {"!=", "<", "<="});
    const std::uint16_t comparison = is_one_of(token, {"=", "==", "!="}) ? op::jeq
                                     : is_one_of(token, {">", "<="})     ? op::jgt
                                                                         : op::jge;
    using Wanted = Arithmetic::Wanted;
    return arithmetic_.compare(comparison, is_opposite ? Wanted::no : Wanted::yes, left, right);
}

}  // namespace pier::packet::filter
