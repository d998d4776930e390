// A client, from its first line to its thanks.
#pragma once

#include "shares.hpp"

#include <pier/result.hpp>
#include <pier/stream.hpp>
#include <pier/task.hpp>
#include <pier/time.hpp>

#include <memory>

namespace file_server {

// `silence`: how long the client may take for its request, for each piece of what it is sent, and for its thanks.
// Errors: those of the stream; protocol_error after a request that is none.
[[nodiscard]] pier::Task<pier::Result<void>> converse(pier::Stream client, std::shared_ptr<const Shares> shares,
                                                      pier::Duration silence);

}  // namespace file_server
