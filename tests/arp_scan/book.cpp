// Who has come, gone, and changed.
#include "book.hpp"

#include <doctest/doctest.h>

namespace {

using arp_scan::Book;
using arp_scan::Ipv4Number;
using pier::packet::MacAddress;

const MacAddress one({2, 0, 0, 0, 0, 1});
const MacAddress other({2, 0, 0, 0, 0, 2});

bool everybody(Ipv4Number) { return true; }

}  // namespace

TEST_CASE("a host is new once, and changes with its MAC address") {
    Book book;
    CHECK(book.heard(7, one).news == Book::News::arrived);
    CHECK(book.heard(7, one).news == Book::News::none);
    const Book::Change change = book.heard(7, other);
    CHECK(change.news == Book::News::changed);
    CHECK(change.before == one);
    CHECK(book.heard(7, other).news == Book::News::none);
    CHECK(book.size() == 1);
}

TEST_CASE("who was asked and not heard from in a round is gone, and may come again") {
    Book book;
    book.heard(9, one);
    book.heard(7, other);
    CHECK(book.end_round(everybody).empty());
    book.heard(9, one);
    const auto gone = book.end_round(everybody);
    REQUIRE(gone.size() == 1);
    CHECK(gone[0].address == 7);
    CHECK(gone[0].mac == other);
    CHECK(book.heard(7, other).news == Book::News::arrived);
}

TEST_CASE("who was not asked is not missed") {
    Book book;
    book.heard(7, one);
    (void)book.end_round(everybody);
    CHECK(book.end_round([](Ipv4Number) { return false; }).empty());
    CHECK(book.size() == 1);
}

TEST_CASE("it has an end, which is told once") {
    Book book;
    for (Ipv4Number i = 0; i < Book::most_hosts; ++i) book.heard(i, one);
    CHECK(book.heard(0xffffff00, one).news == Book::News::full);
    CHECK(book.heard(0xffffff01, one).news == Book::News::none);
    CHECK(book.heard(5, other).news == Book::News::changed);
    CHECK(book.size() == Book::most_hosts);
}
