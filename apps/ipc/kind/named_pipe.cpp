// Two pipes with names, one for each direction. Each process reads the one that it has made.
#include "channel_side.hpp"
#include "kind.hpp"
#include "kind/names.hpp"
#include "kind/words.hpp"

#include <pier/ipc/named_pipe.hpp>

#include <chrono>
#include <thread>

namespace ipc {
namespace {

using namespace std::chrono_literals;

struct TwoPipes {
    pier::PipeStream input;
    pier::PipeStream output;

    auto send_all(std::span<const std::byte> bytes) const { return output.send_all(bytes); }
    auto receive(std::span<std::byte> into) const { return input.receive(into); }
};

pier::Task<OpenedSide> open_side(pier::PipeStream input, std::string word, std::string_view output_name) {
    auto output = co_await pier::NamedPipe::open_writer(name_for(word, output_name), pier::after(30s));
    if (!output) co_return fault("opening the named pipe to write", output.error());
    co_return make_side(TwoPipes{std::move(input), std::move(*output)}, Gives::bytes);
}

class NamedPipeHost final : public Host {
public:
    NamedPipeHost(std::string word, pier::PipeStream input)
        : input_(std::move(input)), invitation_{{std::move(word)}, {}} {}
    // The other process has ended by now, and a pipe that it was killed with has nobody else who knows of it. The
    // kernel may hold that pipe for some milliseconds more: it ends the ring of an io_uring behind its process.
    ~NamedPipeHost() override {
        for (int pauses = 0; pauses < 100; ++pauses) {
            auto removed = pier::NamedPipe::remove(name_for(invitation_.words.front(), "there"));
            if (removed || removed.error() != pier::Errc::name_taken) return;
            std::this_thread::sleep_for(10ms);
        }
    }

    const Invitation& invitation() const noexcept override { return invitation_; }

    pier::Task<OpenedSide> meet(const pier::Process& /*other*/) override {
        return open_side(std::move(input_), invitation_.words.front(), "there");
    }

private:
    pier::PipeStream input_;
    Invitation invitation_;
};

OrFault<std::unique_ptr<Host>> make_host() {
    std::string word = unique_word();
    auto input = pier::NamedPipe::open_reader(name_for(word, "back"));
    if (!input) return fault("making a named pipe", input.error());
    return std::make_unique<NamedPipeHost>(std::move(word), std::move(*input));
}

pier::Task<OpenedSide> join(std::vector<std::string> words) {
    auto input = pier::NamedPipe::open_reader(name_for(word_at(words, 0), "there"));
    if (!input) co_return fault("making a named pipe", input.error());
    co_return co_await open_side(std::move(*input), word_at(words, 0), "back");
}

}  // namespace

Kind named_pipe_kind() noexcept {
    return {.name = "named-pipe",
            .summary = "two pipes that are found by a name: FIFOs, or Windows' named pipes",
            .host = make_host,
            .join = join};
}

}  // namespace ipc
