// Manufacturers, by the forms of files that there are.
#include "vendors.hpp"

#include <doctest/doctest.h>

#include <string>

namespace {

using arp_scan::Vendors;

std::string_view name_of(const Vendors& vendors, std::string_view mac) {
    return vendors.find(*pier::packet::MacAddress::parse(mac));
}

}  // namespace

TEST_CASE("IEEE's text, its values with commas, and arp-scan's table") {
    Vendors vendors;
    vendors.read(
        "OUI/MA-L   Organization\r\n\r\n00-22-72   (hex)\t\tAmerican Micro-Fuel\r\n"
        "002272     (base 16)\t\tAmerican Micro-Fuel\r\n\t\t\t\t2181 Buchanan Loop\r\n");
    vendors.read(
        "Registry,Assignment,Organization Name,Organization Address\n"
        "MA-L,F4BD9E,\"Cisco, \"\"Systems\"\", Inc\",\"80 West\"\nMA-M,208593B,IOG,\nMA-L,208593,Authority,x\n"
        "MA-S,70B3D5F2F,TELEPLATFORMS,\"\n");
    vendors.read("# a comment\n00D0EF\tIGT\n00:00:5e:00:53\tDocumentation\n01005e\tlast without an end");
    CHECK(name_of(vendors, "00:22:72:01:02:03") == "American Micro-Fuel");
    CHECK(name_of(vendors, "f4:bd:9e:01:02:03") == "Cisco, \"Systems\", Inc");
    CHECK(name_of(vendors, "20:85:93:b1:02:03") == "IOG");
    CHECK(name_of(vendors, "20:85:93:c1:02:03") == "Authority");
    CHECK(name_of(vendors, "70:b3:d5:f2:f2:03") == "TELEPLATFORMS");
    CHECK(name_of(vendors, "70:b3:d5:f2:e2:03").empty());
    CHECK(name_of(vendors, "00:d0:ef:00:00:00") == "IGT");
    CHECK(name_of(vendors, "00:00:5e:00:53:99") == "Documentation");
    CHECK(name_of(vendors, "01:00:5e:00:00:00") == "last without an end");
    CHECK(name_of(vendors, "00:00:00:00:00:00").empty());
}

TEST_CASE("zeros at the front count, and the first name of a prefix stays") {
    Vendors vendors;
    vendors.read("000000\tXerox\n0000000\tA part of it\n000000\tNobody\n");
    CHECK(name_of(vendors, "00:00:00:10:00:00") == "Xerox");
    CHECK(name_of(vendors, "00:00:00:00:00:00") == "A part of it");
}

TEST_CASE("lines that are none, and any bytes, are passed over") {
    Vendors vendors;
    vendors.read(
        "\n\t\n(hex)\nXY-ZZ-00 (hex) Nobody\nMA-L\nMA-L,\nMA-L,00\nMA-L,\"\nMA-L,\"00\n0\tx\n00000000000000\tx\n"
        "001122\t\n001122\t \r\n");
    CHECK(vendors.empty());
    std::uint32_t state = 1;
    for (int round = 0; round < 2000; ++round) {
        std::string text;
        for (int i = 0; i < 60; ++i) {
            state = state * 1664525 + 1013904223;
            constexpr std::string_view letters = "MA-L,\"\t\n0123456789abF(hex)#\r \xff";
            text += letters[(state >> 16U) % letters.size()];
        }
        vendors.read(text);
    }
    (void)name_of(vendors, "00:11:22:33:44:55");
}

TEST_CASE("without a name it is unknown, and said whether somebody may have made the address up") {
    arp_scan::VendorFiles none({"/no/such/file"});
    CHECK(none.name_of(*pier::packet::MacAddress::parse("00:00:5e:00:53:01")) == "(Unknown)");
    CHECK(none.name_of(*pier::packet::MacAddress::parse("02:00:5e:00:53:01")) == "(Unknown: locally administered)");
}
