// From words to a tree of tests.
#pragma once

#include "../arithmetic.hpp"
#include "tokens.hpp"

#include <pier/packet/filter/compile.hpp>

#include <optional>

namespace pier::packet::filter {

// What stands before the name of a host or of a port, and counts for the names behind it too ("port 80 or 443").
struct Qualifiers {
    enum class Type : std::uint8_t { none, host, net, port, portrange, proto };

    Protocol protocol = Protocol::any;
    Direction direction = Direction::either;
    Type type = Type::none;
    bool has_direction = false;
};

// Reads a filter once. After the first error it is at the end of the text, so that each function returns; what they
// return then has no meaning.
class Parser {
public:
    Parser(std::vector<Token> tokens, const Link& link, const FilterNames& names)
        : tokens_(std::move(tokens)), link_(link), names_(names), arithmetic_(link_) {}
    Parser(const Parser&) = delete;
    Parser& operator=(const Parser&) = delete;

    [[nodiscard]] PacketResult<PredicatePtr> parse();

private:
    PredicatePtr expression();
    PredicatePtr term();
    PredicatePtr primary();
    PredicatePtr group();
    PredicatePtr qualified();
    PredicatePtr whole_protocol(const Token& token, Protocol protocol);
    PredicatePtr special(const Token& token);
    void read_direction(Qualifiers& qualifiers);
    bool read_type(Qualifiers& qualifiers);

    PredicatePtr id(const Qualifiers& qualifiers);
    PredicatePtr host_or_net(const Token& token, const Qualifiers& qualifiers);
    PredicatePtr ipv4(const Token& token, const Qualifiers& qualifiers);
    PredicatePtr ipv6(const Token& token, const Qualifiers& qualifiers);
    PredicatePtr named_host(const Token& token, const Qualifiers& qualifiers);
    PredicatePtr ether(const Token& token, const Qualifiers& qualifiers);
    PredicatePtr port(const Token& token, const Qualifiers& qualifiers);
    PredicatePtr port_range(const Token& token, const Qualifiers& qualifiers);
    PredicatePtr proto(const Token& token, const Qualifiers& qualifiers);
    PredicatePtr vlan();
    std::optional<FilterService> service(const Token& token);
    std::optional<std::uint32_t> ipv4_mask(std::uint32_t number, unsigned octets, const Token& token);

    [[nodiscard]] bool begins_number() const;
    [[nodiscard]] bool is_group_of_number() const;
    PredicatePtr relation();
    Number number(int least_precedence);
    Number operand();
    Number load();
    Number kept(std::optional<Number> number, const Token& token);

    [[nodiscard]] const Token& peek(std::size_t ahead = 0) const {
        return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
    }
    const Token& next() { return at_ + 1 < tokens_.size() ? tokens_[at_++] : tokens_.back(); }
    bool accept(std::string_view word);
    void expect(std::string_view symbol);
    std::uint32_t expect_number(std::uint32_t most, std::string_view wrong);
    PredicatePtr fail(const Token& token, std::string_view wrong);

    std::vector<Token> tokens_;
    std::size_t at_ = 0;
    Link link_;
    const FilterNames& names_;
    Arithmetic arithmetic_;
    std::optional<Qualifiers> last_;  // of the id before; nothing: that wasn't one
    std::optional<PacketError> error_;
    std::size_t depth_ = 0;
};

}  // namespace pier::packet::filter
