// unix(7): a pair of stream sockets.
#include "raw_ipc/raw.hpp"

#include <sys/socket.h>
#include <cerrno>

namespace pier::posix {
namespace {

class PairHost final : public RawHost {
public:
    PairHost(SystemHandle ours, SystemHandle theirs) : ours_(std::move(ours)), theirs_(std::move(theirs)) {
        words.push_back(std::to_string(descriptor_of(theirs_)));
        inherited.push_back(theirs_.get());
    }

    Result<std::unique_ptr<RawEnd>> meet(std::uint64_t /*other*/) override {
        theirs_.close();
        return raw_stream(std::move(ours_), SystemHandle());
    }

private:
    SystemHandle ours_;
    SystemHandle theirs_;
};

Result<std::unique_ptr<RawHost>> host(const std::string& /*word*/) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return fail_last();
    return std::make_unique<PairHost>(owned(ends[0]), owned(ends[1]));
}

Result<std::unique_ptr<RawEnd>> join(std::span<const std::string> words) {
    return raw_stream(owned(raw_descriptor(words, 0)), SystemHandle());
}

}  // namespace

RawKind raw_unix() noexcept { return {.name = "unix", .messages = false, .host = host, .join = join}; }

}  // namespace pier::posix
