#include <pier/transfer/sha256.hpp>

#include <doctest/doctest.h>

#include <span>
#include <string>
#include <string_view>

using namespace pier::transfer;

namespace {

std::string digest_of(std::string_view text, std::size_t piece) {
    Sha256 hash;
    while (!text.empty()) {
        const std::string_view part = text.substr(0, piece);
        hash.add(std::as_bytes(std::span(part)));
        text.remove_prefix(part.size());
    }
    return to_hex(hash.finish());
}

}  // namespace

// FIPS 180-4's examples, by NIST ("Cryptographic Standards and Guidelines: Example Values").
TEST_CASE("SHA-256 gives the digests of its standard, in pieces of any length") {
    CHECK(digest_of("", 1) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(digest_of("abc", 1) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    const std::string long_text = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    for (const std::size_t piece : {1U, 7U, 55U, 56U, 64U}) {
        CHECK(digest_of(long_text, piece) == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    }
    CHECK(digest_of(std::string(1000000, 'a'), 65536) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("a digest can be begun anew") {
    Sha256 hash;
    const std::string_view other = "other";
    hash.add(std::as_bytes(std::span(other)));
    hash.start_anew();
    CHECK(to_hex(hash.finish()) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("a digest comes back from its text") {
    Sha256 hash;
    const Sha256Digest digest = hash.finish();
    CHECK(digest_from_hex(to_hex(digest)) == digest);
    CHECK_FALSE(digest_from_hex(to_hex(digest) + "0"));
    CHECK_FALSE(digest_from_hex(""));
}
