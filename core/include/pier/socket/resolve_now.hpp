// Names to endpoints for who may wait: a program that reads its command line, say.
#pragma once

#include <pier/endpoint.hpp>

#include <string_view>
#include <vector>

namespace pier {

// As resolve() (pier/resolve.hpp), with its errors, but BLOCKS: for seconds where a server of names does not answer.
// Any thread; no loop has to run, and no worker thread is started, so that a program may fork afterwards.
[[nodiscard]] Result<std::vector<Endpoint>> resolve_now(std::string_view host, std::string_view service,
                                                        Family family = Family::unspecified);

}  // namespace pier
