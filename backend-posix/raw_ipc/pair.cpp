// unix(7): a pair of stream sockets, of which the second process inherits one.
#include "raw_ipc/raw.hpp"

#include <sys/socket.h>
#include <utility>

namespace pier::posix {
namespace {

class PairHost final : public RawHost {
public:
    using EndOf = std::unique_ptr<RawEnd> (*)(SystemHandle socket);

    PairHost(SystemHandle ours, SystemHandle theirs, EndOf end_of)
        : ours_(std::move(ours)), theirs_(std::move(theirs)), end_of_(end_of) {
        words.push_back(std::to_string(descriptor_of(theirs_)));
        inherited.push_back(theirs_.get());
    }

    Result<std::unique_ptr<RawEnd>> meet(std::uint64_t /*other*/) override {
        theirs_.close();
        return end_of_(std::move(ours_));
    }

private:
    SystemHandle ours_;
    SystemHandle theirs_;
    EndOf end_of_;
};

}  // namespace

Result<std::unique_ptr<RawHost>> raw_pair(std::unique_ptr<RawEnd> (*end_of)(SystemHandle socket)) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return fail_last();
    return std::make_unique<PairHost>(owned(ends[0]), owned(ends[1]), end_of);
}

}  // namespace pier::posix
