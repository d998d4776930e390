// CreatePipe: two, one for each direction.
#include "raw_ipc/raw.hpp"

#include <pier/sys/pipe.hpp>

namespace pier::win32 {
namespace {

struct Ends {
    SystemHandle reader;
    SystemHandle writer;
};

Result<Ends> make() {
    HANDLE reader = nullptr;
    HANDLE writer = nullptr;
    if (!::CreatePipe(&reader, &writer, nullptr, sys::stream_capacity)) return raw_failure();
    return Ends{owned(reader), owned(writer)};
}

class PipeHost final : public RawHost {
public:
    PipeHost(Ends there, Ends back) : there_(std::move(there)), back_(std::move(back)) {
        for (const SystemHandle* each : {&there_.reader, &back_.writer}) {
            words.push_back(std::to_string(static_cast<std::uintptr_t>(each->get())));
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
    return raw_stream(raw_handle(words, 0), raw_handle(words, 1));
}

}  // namespace

RawKind raw_pipe() noexcept { return {.name = "pipe", .messages = false, .host = host, .join = join}; }

}  // namespace pier::win32
