// Shared memory with two rings of slots, one for each direction, and semaphores that count the free and the full ones.
#include <pier/ipc/shared_memory.hpp>
#include <pier/tool/message_ring.hpp>
#include "blocking_side.hpp"
#include "kind.hpp"
#include "kind/semaphores.hpp"
#include "kind/words.hpp"

namespace ipc {
namespace {

using Ring = pier::sys::MessageRing;

struct RingEnd {
    Ring ring;
    pier::NamedSemaphore free;
    pier::NamedSemaphore full;
};

struct TwoRings {
    pier::SharedMemory memory;
    RingEnd input;
    RingEnd output;

    pier::Result<void> send(std::span<const std::byte> bytes) {
        auto room = output.free.wait_here(pier::after(patience_with_semaphore));
        if (!room) return room;
        output.ring.put(bytes);
        return output.full.post();
    }
    pier::Result<std::size_t> receive(std::span<std::byte> into) {
        auto there = input.full.wait_here(pier::after(patience_with_semaphore));
        if (!there) return pier::fail(there.error());
        const std::size_t size = input.ring.take(into);
        auto given = input.free.post();
        if (!given) return pier::fail(given.error());
        return size;
    }
};

constexpr std::string_view purpose = "memory";

class MemoryHost final : public Host {
public:
    MemoryHost(std::string word, pier::SharedMemory memory, std::vector<MadeSemaphore> made)
        : memory_(std::move(memory)), made_(std::move(made)), invitation_{{std::move(word)}, {}} {}
    ~MemoryHost() override { (void)pier::SharedMemory::remove(name_for(invitation_.words.front(), purpose)); }

    const Invitation& invitation() const noexcept override { return invitation_; }

    pier::Task<OpenedSide> meet(const pier::Process& /*other*/) override {
        std::byte* const bytes = memory_.bytes().data();
        RingEnd there{Ring(bytes), made_[0].take(), made_[1].take()};
        RingEnd back{Ring(bytes + Ring::bytes), made_[2].take(), made_[3].take()};
        co_return make_blocking_side(TwoRings{std::move(memory_), std::move(back), std::move(there)}, Gives::messages);
    }

private:
    pier::SharedMemory memory_;
    std::vector<MadeSemaphore> made_;
    Invitation invitation_;
};

OrFault<std::unique_ptr<Host>> make_host() {
    std::string word = unique_word();
    auto semaphores = make_semaphores(
        word, {{"there.free", Ring::slots}, {"there.full", 0}, {"back.free", Ring::slots}, {"back.full", 0}});
    if (!semaphores) return std::unexpected(std::move(semaphores.error()));
    auto memory = pier::SharedMemory::create(name_for(word, purpose), 2 * Ring::bytes);
    if (!memory) return fault("making shared memory", memory.error());
    return std::make_unique<MemoryHost>(std::move(word), std::move(*memory), std::move(*semaphores));
}

pier::Task<OpenedSide> join(std::vector<std::string> words) {
    const std::string word = word_at(words, 0);
    auto memory = pier::SharedMemory::open(name_for(word, purpose));
    if (!memory) co_return fault("opening shared memory", memory.error());
    auto opened = open_semaphores(word, {"there.free", "there.full", "back.free", "back.full"});
    if (!opened) co_return std::unexpected(std::move(opened.error()));
    std::byte* const bytes = memory->bytes().data();
    RingEnd there{Ring(bytes), std::move((*opened)[0]), std::move((*opened)[1])};
    RingEnd back{Ring(bytes + Ring::bytes), std::move((*opened)[2]), std::move((*opened)[3])};
    co_return make_blocking_side(TwoRings{std::move(*memory), std::move(there), std::move(back)}, Gives::messages);
}

}  // namespace

Kind shared_memory_kind() noexcept {
    return {.name = "shared-memory",
            .summary = "memory that both processes see, with named semaphores that say what is in it",
            .host = make_host,
            .join = join};
}

}  // namespace ipc
