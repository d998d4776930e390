#include "file_digest.hpp"

#include <pier/sys/file.hpp>
#include <pier/task/on_worker.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace file_server {
namespace {

using pier::transfer::Sha256;
using pier::transfer::Sha256Digest;

constexpr std::size_t piece = 128 * 1024;
constexpr std::uint64_t slice = 4 * 1024 * 1024;

}  // namespace

// Owns what it uses: a slice goes on when nobody waits for it any more.
class FileDigest::Work {
public:
    Work(std::string path, const pier::sys::FileFacts& facts) : path_(std::move(path)), facts_(facts), buffer_(piece) {}

    // BLOCKS. Whether the end has been reached.
    pier::Result<bool> next() {
        if (!file_.valid()) {
            if (auto opened = open(); !opened) return pier::fail(opened.error());
        }
        const std::uint64_t stop = std::min(facts_.size, done_ + slice);
        while (done_ < stop) {
            const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(stop - done_, buffer_.size()));
            auto got = pier::sys::read_file(file_.get(), done_, std::span(buffer_).first(part));
            if (!got) return pier::fail(got.error());
            if (*got == 0) return pier::fail(pier::Errc::end_of_stream);
            hash_.add(std::span(buffer_).first(*got));
            done_ += *got;
        }
        return done_ == facts_.size;
    }
    Sha256Digest digest() noexcept { return hash_.finish(); }

private:
    pier::Result<void> open() {
        auto file = pier::sys::open_file(path_, {}, pier::sys::FileCalls::blocking);
        if (!file) return pier::fail(file.error());
        const auto facts = pier::sys::facts_of(file->get());
        if (!facts) return pier::fail(facts.error());
        if (facts->volume != facts_.volume || facts->number != facts_.number) {
            return pier::fail(pier::Errc::end_of_stream);
        }
        file_ = std::move(*file);
        return {};
    }

    const std::string path_;
    const pier::sys::FileFacts facts_;
    std::vector<std::byte> buffer_;
    pier::SystemHandle file_;
    Sha256 hash_;
    std::uint64_t done_ = 0;
};

FileDigest::FileDigest(std::string path, const pier::sys::FileFacts& facts)
    : work_(std::make_shared<Work>(std::move(path), facts)) {}

FileDigest::~FileDigest() = default;

pier::Task<pier::Result<bool>> FileDigest::step() {
    auto next = [work = work_] { return work->next(); };
    co_return co_await pier::on_worker(std::move(next));
}

Sha256Digest FileDigest::digest() noexcept { return work_->digest(); }

}  // namespace file_server
