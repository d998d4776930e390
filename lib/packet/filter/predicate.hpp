// What a filter asks of a packet, as a tree of tests.
#pragma once

#include "opcode.hpp"

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace pier::packet::filter {

struct Statement {
    std::uint16_t code = 0;
    std::uint32_t k = 0;

    friend bool operator==(const Statement&, const Statement&) = default;
};

using Code = std::vector<Statement>;

// Statements, and the comparison of A at their end: one of op::jeq ... op::jset, perhaps with op::x.
struct Test {
    Code code;
    std::uint16_t comparison = op::jeq;
    std::uint32_t k = 0;
};

struct Predicate;
using PredicatePtr = std::shared_ptr<const Predicate>;

struct Predicate {
    enum class Kind : std::uint8_t { test, all, any, negation, always, never };

    Kind kind = Kind::always;
    Test test;                        // of Kind::test
    std::vector<PredicatePtr> parts;  // of all, any and negation, in the order in which they are asked
};

[[nodiscard]] inline PredicatePtr make(Predicate::Kind kind, std::vector<PredicatePtr> parts) {
    return std::make_shared<const Predicate>(Predicate{kind, {}, std::move(parts)});
}
[[nodiscard]] inline PredicatePtr make_test(Test test) {
    return std::make_shared<const Predicate>(Predicate{Predicate::Kind::test, std::move(test), {}});
}
[[nodiscard]] inline PredicatePtr all_of(PredicatePtr a, PredicatePtr b) {
    return make(Predicate::Kind::all, {std::move(a), std::move(b)});
}
[[nodiscard]] inline PredicatePtr any_of(PredicatePtr a, PredicatePtr b) {
    return make(Predicate::Kind::any, {std::move(a), std::move(b)});
}
[[nodiscard]] inline PredicatePtr not_of(PredicatePtr a) { return make(Predicate::Kind::negation, {std::move(a)}); }
[[nodiscard]] inline PredicatePtr constant(bool value) {
    return make(value ? Predicate::Kind::always : Predicate::Kind::never, {});
}

}  // namespace pier::packet::filter
