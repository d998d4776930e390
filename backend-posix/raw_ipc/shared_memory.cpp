// shm_overview(7): memory with a ring for each direction, and semaphores that count its slots.
#include "raw_ipc/semaphores.hpp"

#include <pier/tool/message_ring.hpp>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <array>
#include <cerrno>

namespace pier::posix {
namespace {

using Ring = sys::MessageRing;
constexpr std::size_t size = 2 * Ring::bytes;
constexpr std::array purposes{"there.free", "there.full", "back.free", "back.full"};

std::string name_of(const std::string& word, std::string_view purpose) { return "/" + sys::raw_name(word, purpose); }

class MemoryEnd final : public RawEnd {
public:
    // The rings of the memory: `input` and `output` are 0 and 1, or the other way round.
    MemoryEnd(std::byte* memory, std::array<RawSemaphore, 4> semaphores, std::size_t input) noexcept
        : memory_(memory),
          semaphores_(std::move(semaphores)),
          input_(memory + input * Ring::bytes),
          output_(memory + (1 - input) * Ring::bytes),
          from_(input * 2),
          to_((1 - input) * 2) {}
    ~MemoryEnd() override { (void)::munmap(memory_, size); }

    Result<void> send(std::span<const std::byte> bytes) override {
        auto room = semaphores_[to_].wait();
        if (!room) return room;
        output_.put(bytes);
        return semaphores_[to_ + 1].post();
    }
    Result<std::size_t> receive(std::span<std::byte> into) override {
        auto there = semaphores_[from_ + 1].wait();
        if (!there) return fail(there.error());
        const std::size_t got = input_.take(into);
        auto given = semaphores_[from_].post();
        if (!given) return fail(given.error());
        return got;
    }

private:
    std::byte* memory_;
    std::array<RawSemaphore, 4> semaphores_;
    Ring input_;
    Ring output_;
    std::size_t from_;
    std::size_t to_;
};

Result<std::unique_ptr<RawEnd>> open_end(const std::string& word, bool create, std::size_t input) {
    const int flags = O_RDWR | O_CLOEXEC | (create ? O_CREAT | O_EXCL : 0);
    const SystemHandle file = owned(::shm_open(name_of(word, "memory").c_str(), flags, 0600));
    if (!file.valid()) return fail_last();
    if (create) {
        if (const int failure = ::posix_fallocate(descriptor_of(file), 0, static_cast<off_t>(size)); failure != 0) {
            return fail(translate(failure));
        }
    }
    std::array<RawSemaphore, 4> semaphores;
    for (std::size_t i = 0; i < purposes.size(); ++i) {
        const int count = i % 2 == 0 ? static_cast<int>(Ring::slots) : 0;
        semaphores[i] = RawSemaphore(name_of(word, purposes[i]), create ? count : -1);
        if (!semaphores[i].valid()) return fail_last();
    }
    void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_of(file), 0);
    if (memory == MAP_FAILED) return fail_last();
    return std::make_unique<MemoryEnd>(static_cast<std::byte*>(memory), std::move(semaphores), input);
}

class MemoryHost final : public NamedHost {
public:
    using NamedHost::NamedHost;
    ~MemoryHost() override {
        (void)::shm_unlink(name_of(words.front(), "memory").c_str());
        for (const char* purpose : purposes) (void)::sem_unlink(name_of(words.front(), purpose).c_str());
    }
    Result<void> make() { return keep(open_end(words.front(), true, 1)); }
};

Result<std::unique_ptr<RawEnd>> join(std::span<const std::string> words) {
    if (words.empty()) return fail(Errc::invalid_argument);
    return open_end(words[0], false, 0);
}

}  // namespace

RawKind raw_shared_memory() noexcept {
    return {.name = "shared-memory", .messages = true, .host = raw_host<MemoryHost>, .join = join};
}

}  // namespace pier::posix
