// The intrusive queue. That an element queued twice ends the process can't be shown from inside.
#include <pier/detail/queue.hpp>

#include <doctest/doctest.h>

#include <deque>
#include <random>
#include <vector>

namespace {

struct Item : pier::spi::Link {
    explicit Item(int n) : number(n) {}
    int number;
};
using Queue = pier::spi::Queue<Item>;

std::vector<int> drain(Queue& queue) {
    std::vector<int> numbers;
    while (Item* item = queue.pop()) numbers.push_back(item->number);
    CHECK(queue.empty());
    return numbers;
}

}  // namespace

TEST_CASE("queue: first in, first out") {
    Item one(1);
    Item two(2);
    Item three(3);
    Queue queue;
    CHECK(queue.empty());
    CHECK(queue.pop() == nullptr);
    queue.push(one);
    CHECK_FALSE(queue.empty());
    queue.push(two);
    CHECK(queue.pop() == &one);
    queue.push(three);
    CHECK(drain(queue) == std::vector{2, 3});
    queue.push(one);
    CHECK(drain(queue) == std::vector{1});
}

TEST_CASE("queue: what was popped is unlinked, and may be pushed again at once") {
    Item one(1);
    Item two(2);
    Queue queue;
    queue.push(one);
    queue.push(two);
    for (int i = 0; i < 5; ++i) {
        Item* item = queue.pop();
        REQUIRE(item != nullptr);
        CHECK(item->next == nullptr);
        queue.push(*item);
    }
    CHECK(drain(queue) == std::vector{2, 1});
}

TEST_CASE("queue: append takes all of the other") {
    Item items[4] = {Item(1), Item(2), Item(3), Item(4)};
    Queue left;
    Queue right;
    left.append(right);
    CHECK(left.empty());
    right.push(items[0]);
    right.push(items[1]);
    left.append(right);
    CHECK(right.empty());
    right.push(items[2]);
    left.append(right);
    CHECK(right.pop() == nullptr);
    left.append(right);
    left.push(items[3]);
    CHECK(drain(left) == std::vector{1, 2, 3, 4});
}

TEST_CASE("queue: moving leaves an empty one that is usable") {
    Item one(1);
    Item two(2);
    Queue from;
    from.push(one);
    Queue to(std::move(from));
    CHECK(from.empty());  // NOLINT: that is the point
    from.push(two);
    CHECK(drain(to) == std::vector{1});
    CHECK(drain(from) == std::vector{2});
}

TEST_CASE("queue: remove at the front, in the middle, at the end, and of a stranger") {
    for (int gone = 1; gone <= 3; ++gone) {
        CAPTURE(gone);
        Item items[3] = {Item(1), Item(2), Item(3)};
        Item stranger(9);
        Queue queue;
        CHECK_FALSE(queue.remove(stranger));
        for (Item& item : items) queue.push(item);
        CHECK_FALSE(queue.remove(stranger));
        Item& out = items[gone - 1];
        CHECK(queue.remove(out));
        CHECK(out.next == nullptr);
        CHECK_FALSE(queue.remove(out));
        queue.push(out);
        std::vector<int> expected;
        for (int i = 1; i <= 3; ++i) {
            if (i != gone) expected.push_back(i);
        }
        expected.push_back(gone);
        CHECK(drain(queue) == expected);
    }
    Item only(1);
    Queue queue;
    queue.push(only);
    CHECK(queue.remove(only));
    CHECK(queue.empty());
    queue.push(only);
    CHECK(queue.pop() == &only);
}

TEST_CASE("queue: like a deque, whatever is done") {
    std::mt19937 random(20240607);
    std::deque<Item> items;
    for (int i = 0; i < 64; ++i) items.emplace_back(i);
    std::vector<Item*> outside;
    for (Item& item : items) outside.push_back(&item);
    Queue queue;
    std::deque<Item*> model;
    for (int step = 0; step < 100'000; ++step) {
        auto choice = random() % 8;
        if (choice < 4 && !outside.empty()) {
            std::size_t which = random() % outside.size();
            std::swap(outside[which], outside.back());
            queue.push(*outside.back());
            model.push_back(outside.back());
            outside.pop_back();
        } else if (choice < 7) {
            Item* expected = model.empty() ? nullptr : model.front();
            REQUIRE(queue.pop() == expected);
            if (expected == nullptr) continue;
            outside.push_back(expected);
            model.pop_front();
        } else if (!model.empty()) {
            auto which = model.begin() + static_cast<std::ptrdiff_t>(random() % model.size());
            REQUIRE(queue.remove(**which));
            outside.push_back(*which);
            model.erase(which);
        }
        REQUIRE(queue.empty() == model.empty());
    }
    for (Item* expected : model) REQUIRE(queue.pop() == expected);
}
