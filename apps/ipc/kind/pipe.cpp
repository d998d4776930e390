// Two pipes without a name, one for each direction, whose ends the second process inherits.
#include "channel_side.hpp"
#include "kind.hpp"
#include "kind/words.hpp"

#include <pier/ipc/pipe.hpp>
#include <pier/sys/pipe.hpp>

namespace ipc {
namespace {

class PipeHost final : public Host {
public:
    PipeHost(pier::sys::Pipe there, pier::sys::Pipe back)
        : there_(std::move(there)),
          back_(std::move(back)),
          invitation_{.words = {word_of(there_.reader.get()), word_of(back_.writer.get())},
                      .inherited = {there_.reader.get(), back_.writer.get()}} {}

    const Invitation& invitation() const noexcept override { return invitation_; }

    pier::Task<OpenedSide> meet(const pier::Process& /*other*/) override {
        // Else this process would never see that the other one has gone.
        there_.reader.close();
        back_.writer.close();
        co_return open_side(std::move(back_.reader), std::move(there_.writer));
    }

    static OpenedSide open_side(pier::SystemHandle receives, pier::SystemHandle sends) {
        auto stream = pier::PipeStream::adopt(pier::PipeEnd(std::move(receives)), pier::PipeEnd(std::move(sends)));
        if (!stream) return fault("opening the pipes", stream.error());
        return make_side(std::move(*stream), Gives::bytes);
    }

private:
    pier::sys::Pipe there_;
    pier::sys::Pipe back_;
    Invitation invitation_;
};

OrFault<std::unique_ptr<Host>> make_host() {
    auto there = pier::sys::make_pipe(pier::sys::PipeSide::both);
    if (!there) return fault("making a pipe", there.error());
    auto back = pier::sys::make_pipe(pier::sys::PipeSide::both);
    if (!back) return fault("making a pipe", back.error());
    return std::make_unique<PipeHost>(std::move(*there), std::move(*back));
}

pier::Task<OpenedSide> join(std::vector<std::string> words) {
    co_return PipeHost::open_side(handle_of(words, 0), handle_of(words, 1));
}

}  // namespace

Kind pipe_kind() noexcept {
    return {.name = "pipe",
            .summary = "two pipes without a name, one for each direction, whose ends the child inherits",
            .host = make_host,
            .join = join};
}

}  // namespace ipc
