// Echo servers that compute: each message costs the SHA-256 of 64 KiB. How they scale is what threads.py measures.
//   hash_server --listen 127.0.0.1:PORT [--listen-whole 127.0.0.1:PORT] [--threads N] [--engine NAME] ...
// On the service's own port a message is whatever one receive gives: 64 KiB that it stands in are hashed, and it goes
// back. On the port "whole" all bytes that come are hashed, the digest is taken at each 64 KiB, and they go back.
#include <pier/server/serve.hpp>
#include <pier/stream.hpp>

#include <openssl/evp.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

namespace {

constexpr std::size_t block_size = 64 * 1024;

// One hash at a time; OpenSSL refuses only for want of memory.
class Sha256 {
public:
    Sha256() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) { begin(); }
    void add(std::span<const std::byte> bytes) {
        while (!bytes.empty()) {
            const std::size_t now = std::min(bytes.size(), block_size - filled_);
            expect(EVP_DigestUpdate(context_.get(), bytes.data(), now));
            filled_ += now;
            bytes = bytes.subspan(now);
            if (filled_ == block_size) end_block();
        }
    }

private:
    static void expect(int answer) {
        if (answer == 1) return;
        std::fprintf(stderr, "hash_server: OpenSSL refused to hash\n");
        std::abort();
    }
    void begin() { expect(context_ != nullptr ? EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) : 0); }
    void end_block() {
        unsigned char digest[EVP_MAX_MD_SIZE];
        expect(EVP_DigestFinal_ex(context_.get(), digest, nullptr));
        filled_ = 0;
        begin();
    }

    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
    std::size_t filled_ = 0;
};

pier::Task<pier::Result<void>> hash_a_block_each(pier::Stream peer) {
    Sha256 hash;
    std::vector<std::byte> block(block_size);
    for (;;) {
        auto got = co_await peer.receive();
        if (!got) co_return std::unexpected(got.error());
        if (got->empty()) co_return {};
        const std::span<const std::byte> bytes = *got;
        std::ranges::copy(bytes.first(std::min(bytes.size(), block_size)), block.begin());
        hash.add(block);
        if (auto sent = co_await peer.send_all(bytes); !sent) co_return std::unexpected(sent.error());
    }
}

pier::Task<pier::Result<void>> hash_all(pier::Stream peer) {
    Sha256 hash;
    for (;;) {
        auto got = co_await peer.receive();
        if (!got) co_return std::unexpected(got.error());
        if (got->empty()) co_return {};
        hash.add(*got);
        if (auto sent = co_await peer.send_all(*got); !sent) co_return std::unexpected(sent.error());
    }
}

}  // namespace

int main(int argc, char** argv) {
    return pier::serve(argc, argv,
                       {.name = "hash_server",
                        .handler = hash_a_block_each,
                        .more = {{.name = "whole", .port = 7001, .handler = hash_all}},
                        .summary = "Echoes, and hashes 64 KiB for each message."});
}
