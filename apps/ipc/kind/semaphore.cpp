// Two named semaphores: a post is a message without bytes, a wait takes it.
#include "blocking_side.hpp"
#include "kind.hpp"
#include "kind/semaphores.hpp"
#include "kind/words.hpp"

namespace ipc {
namespace {

struct TwoSemaphores {
    pier::NamedSemaphore input;
    pier::NamedSemaphore output;

    pier::Result<void> send(std::span<const std::byte> /*bytes*/) { return output.post(); }
    pier::Result<std::size_t> receive(std::span<std::byte> /*into*/) {
        auto taken = input.wait_here(pier::after(patience_with_semaphore));
        if (!taken) return pier::fail(taken.error());
        return 0;
    }
};

class SemaphoreHost final : public Host {
public:
    SemaphoreHost(std::string word, std::vector<MadeSemaphore> made)
        : made_(std::move(made)), invitation_{{std::move(word)}, {}} {}

    const Invitation& invitation() const noexcept override { return invitation_; }

    pier::Task<OpenedSide> meet(const pier::Process& /*other*/) override {
        co_return make_blocking_side(TwoSemaphores{made_[1].take(), made_[0].take()}, Gives::messages);
    }

private:
    std::vector<MadeSemaphore> made_;
    Invitation invitation_;
};

OrFault<std::unique_ptr<Host>> make_host() {
    std::string word = unique_word();
    auto made = make_semaphores(word, {{"there", 0}, {"back", 0}});
    if (!made) return std::unexpected(std::move(made.error()));
    return std::make_unique<SemaphoreHost>(std::move(word), std::move(*made));
}

pier::Task<OpenedSide> join(std::vector<std::string> words) {
    auto opened = open_semaphores(word_at(words, 0), {"there", "back"});
    if (!opened) co_return std::unexpected(std::move(opened.error()));
    co_return make_blocking_side(TwoSemaphores{std::move((*opened)[0]), std::move((*opened)[1])}, Gives::messages);
}

}  // namespace

Kind semaphore_kind() noexcept {
    return {.name = "semaphore",
            .summary = "two named semaphores: what is counted are posts, which carry nothing",
            .largest = 0,
            .host = make_host,
            .join = join};
}

}  // namespace ipc
