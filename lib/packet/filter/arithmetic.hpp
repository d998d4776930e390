// Numbers that a filter computes from a packet: each stands in a word of the machine's memory when its code has run.
#pragma once

#include "primitives.hpp"

#include <bitset>

namespace pier::packet::filter {

struct Number {
    Code code;
    std::uint32_t word = 0;                   // of the memory
    PredicatePtr asked;                       // what has to hold before the code runs; nullptr: nothing
    std::optional<std::uint32_t> constant{};  // where the text gives a plain number
};

// The words of the memory that hold something, and the numbers that are put there. Nothing where all 16 are in use.
class Arithmetic {
public:
    explicit Arithmetic(const Link& link) : link_(link) {}

    [[nodiscard]] std::optional<Number> of_constant(std::uint32_t k);
    [[nodiscard]] std::optional<Number> of_length();
    // `size` bytes (1, 2, 4) of the protocol's header; `is_loadable` has been asked.
    [[nodiscard]] std::optional<Number> load(Protocol protocol, Number index, std::uint32_t size);
    [[nodiscard]] static bool is_loadable(Protocol protocol) noexcept {
        return protocol != Protocol::any && protocol != Protocol::ah && protocol != Protocol::esp;
    }
    [[nodiscard]] std::optional<Number> calculate(std::uint16_t operation, Number a, Number b);
    [[nodiscard]] Number negate(Number a) const;
    // `comparison` is one of op::jeq, jgt, jge. What has to hold before is asked, also where the answer is to be no.
    enum class Wanted : bool { no, yes };
    [[nodiscard]] PredicatePtr compare(std::uint16_t comparison, Wanted wanted, const Number& a, const Number& b);

private:
    [[nodiscard]] std::optional<std::uint32_t> take_word();
    std::optional<Number> put(Code code, PredicatePtr asked);

    const Link& link_;
    std::bitset<op::memory_words> used_;
    std::uint32_t next_ = 0;
};

}  // namespace pier::packet::filter
