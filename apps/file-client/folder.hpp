// The folders on this side.
#pragma once

#include <expected>
#include <string>

namespace file_client {

// Makes the folders of a name of the protocol below `output`, as far as they are not there: the real path of the last
// one. A link that leads out of `output` is not followed. The error is a sentence. BLOCKS as short as that takes.
[[nodiscard]] std::expected<std::string, std::string> make_folders(const std::string& output, const std::string& name);

}  // namespace file_client
