// pipe(7): two, one for each direction.
#include "process/pipe_transfer.hpp"
#include "raw_ipc/raw.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <cerrno>

namespace pier::posix {
namespace {

struct Ends {
    SystemHandle reader;
    SystemHandle writer;
};

Result<Ends> make() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return fail_last();
    enlarge(ends[1]);  // as Pier does
    return Ends{owned(ends[0]), owned(ends[1])};
}

class PipeHost final : public RawHost {
public:
    PipeHost(Ends there, Ends back) : there_(std::move(there)), back_(std::move(back)) {
        for (const SystemHandle* each : {&there_.reader, &back_.writer}) {
            words.push_back(std::to_string(descriptor_of(*each)));
            inherited.push_back(each->get());
        }
    }

    Result<std::unique_ptr<RawEnd>> meet(std::uint64_t /*other*/) override {
        there_.reader.close();
        back_.writer.close();
        return raw_stream(std::move(back_.reader), std::move(there_.writer));
    }

private:
    Ends there_;
    Ends back_;
};

Result<std::unique_ptr<RawHost>> host(const std::string& /*word*/) {
    auto there = make();
    if (!there) return fail(there.error());
    auto back = make();
    if (!back) return fail(back.error());
    return std::make_unique<PipeHost>(std::move(*there), std::move(*back));
}

Result<std::unique_ptr<RawEnd>> join(std::span<const std::string> words) {
    return raw_stream(owned(raw_descriptor(words, 0)), owned(raw_descriptor(words, 1)));
}

}  // namespace

RawKind raw_pipe() noexcept { return {.name = "pipe", .messages = false, .host = host, .join = join}; }

}  // namespace pier::posix
