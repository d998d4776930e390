// unix(7): a pair of stream sockets.
#include "raw_ipc/raw.hpp"

#include <utility>

namespace pier::posix {
namespace {

std::unique_ptr<RawEnd> end_of(SystemHandle socket) { return raw_stream(std::move(socket), SystemHandle()); }

Result<std::unique_ptr<RawHost>> host(const std::string& /*word*/) { return raw_pair(end_of); }

Result<std::unique_ptr<RawEnd>> join(std::span<const std::string> words) {
    return end_of(owned(raw_descriptor(words, 0)));
}

}  // namespace

RawKind raw_unix() noexcept { return {.name = "unix", .messages = false, .host = host, .join = join}; }

}  // namespace pier::posix
