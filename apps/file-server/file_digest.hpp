// The digest of a file that is being sent, by a worker thread.
#pragma once

#include <pier/result.hpp>
#include <pier/sys/file/place.hpp>
#include <pier/task.hpp>
#include <pier/transfer/sha256.hpp>

#include <string>

namespace file_server {

// Of the first `facts.size` bytes of the file at that path. In slices, so that everybody who needs a worker thread gets
// one. Errors: what the system says; end_of_stream when it is another file, or shorter, by now; those of on_worker().
[[nodiscard]] pier::Task<pier::Result<pier::transfer::Sha256Digest>> digest_of(std::string path,
                                                                               pier::sys::FileFacts facts);

}  // namespace file_server
