// Operations that wait behind another one.
#include <pier/detail/wait_list.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <deque>

using pier::spi::Operation;
using pier::spi::Verb;
using pier::spi::WaitList;

namespace {

constexpr std::size_t many = 10'000;

struct Crowd {
    std::deque<Operation> operations;
    WaitList list;

    Crowd() {
        for (std::size_t i = 0; i < many; ++i) list.push(operations.emplace_back(Verb::accept));
    }
};

// Cuts the links of all but three, so that nothing can be found that is further away, and mends them afterwards.
class Cut {
public:
    Cut(std::deque<Operation>& operations, std::size_t middle) : operations_(operations), middle_(middle) {
        for (std::size_t i = 0; i < many; ++i) {
            if (stays(i)) continue;
            operations_[i].next = nullptr;
            operations_[i].before = nullptr;
        }
    }
    Cut(const Cut&) = delete;
    Cut& operator=(const Cut&) = delete;
    ~Cut() {
        for (std::size_t i = 0; i < many; ++i) {
            if (stays(i)) continue;
            CHECK(operations_[i].next == nullptr);
            CHECK(operations_[i].before == nullptr);
            operations_[i].next = i + 1 < many ? &operations_[i + 1] : nullptr;
            operations_[i].before = i > 0 ? &operations_[i - 1] : nullptr;
        }
    }

private:
    [[nodiscard]] bool stays(std::size_t i) const { return i + 1 >= middle_ && i <= middle_ + 1; }

    std::deque<Operation>& operations_;
    std::size_t middle_;
};

}  // namespace

TEST_CASE("wait list: one that leaves touches its neighbours alone, however many wait") {
    for (std::size_t middle : {std::size_t{1}, std::size_t{5'000}, many - 2}) {
        CAPTURE(middle);
        Crowd crowd;
        {
            Cut cut(crowd.operations, middle);
            crowd.list.remove(crowd.operations[middle]);
            CHECK(crowd.operations[middle].next == nullptr);
            CHECK(crowd.operations[middle - 1].next == &crowd.operations[middle + 1]);
            CHECK(crowd.operations[middle + 1].before == &crowd.operations[middle - 1]);
        }
        for (std::size_t i = 0; i < many; ++i) {
            if (i != middle) REQUIRE(crowd.list.pop() == &crowd.operations[i]);
        }
        CHECK(crowd.list.empty());
        CHECK(crowd.list.pop() == nullptr);
    }
}

TEST_CASE("wait list: first and last may leave, and come again") {
    std::array<Operation, 3> ops{Operation(Verb::accept), Operation(Verb::accept), Operation(Verb::accept)};
    WaitList list;
    for (Operation& op : ops) list.push(op);
    list.remove(ops[0]);
    list.remove(ops[2]);
    list.push(ops[0]);
    CHECK(list.pop() == &ops[1]);
    CHECK(list.pop() == &ops[0]);
    CHECK(list.empty());
    list.push(ops[2]);
    list.remove(ops[2]);
    CHECK(list.empty());
    list.push(ops[1]);
    CHECK(list.pop() == &ops[1]);
    for (const Operation& op : ops) CHECK(op.error == pier::Errc::ok);
}
