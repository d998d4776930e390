// The digest of a file that is being sent, by worker threads.
#pragma once

#include <pier/result.hpp>
#include <pier/sys/file/place.hpp>
#include <pier/task.hpp>
#include <pier/transfer/sha256.hpp>

#include <memory>
#include <string>

namespace file_server {

// Of the first `facts.size` bytes of the file at that path. In slices, so that everybody who needs a worker thread gets
// one. Confined to its loop's thread.
class FileDigest {
public:
    // Throws std::bad_alloc.
    FileDigest(std::string path, const pier::sys::FileFacts& facts);
    ~FileDigest();
    FileDigest(const FileDigest&) = delete;
    FileDigest& operator=(const FileDigest&) = delete;

    // The next slice, which takes some ten milliseconds of a processor: whether it was the last one. Errors: what the
    // system says; end_of_stream when it is another file, or shorter, by now; those of on_worker().
    [[nodiscard]] pier::Task<pier::Result<bool>> step();
    // Behind the last slice. Once.
    [[nodiscard]] pier::transfer::Sha256Digest digest() noexcept;

private:
    class Work;
    const std::shared_ptr<Work> work_;
};

}  // namespace file_server
