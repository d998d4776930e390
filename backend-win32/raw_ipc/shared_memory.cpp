// CreateFileMapping: memory with a ring for each direction, and semaphores that count its slots.
#include "raw_ipc/semaphores.hpp"

#include <pier/tool/message_ring.hpp>

#include <array>

namespace pier::win32 {
namespace {

using Ring = sys::MessageRing;
constexpr std::size_t size = 2 * Ring::bytes;
constexpr std::array purposes{"there.free", "there.full", "back.free", "back.full"};
constexpr const wchar_t* prefix = L"Local\\";

class MemoryEnd final : public RawEnd {
public:
    // `input` is 0 or 1: the ring that this end reads.
    MemoryEnd(OwnedHandle mapping, std::byte* memory, std::array<RawSemaphore, 4> semaphores,
              std::size_t input) noexcept
        : mapping_(std::move(mapping)),
          memory_(memory),
          semaphores_(std::move(semaphores)),
          input_(memory + input * Ring::bytes),
          output_(memory + (1 - input) * Ring::bytes),
          from_(input * 2),
          to_((1 - input) * 2) {}
    ~MemoryEnd() override { ::UnmapViewOfFile(memory_); }

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
    OwnedHandle mapping_;
    std::byte* memory_;
    std::array<RawSemaphore, 4> semaphores_;
    Ring input_;
    Ring output_;
    std::size_t from_;
    std::size_t to_;
};

Result<std::unique_ptr<RawEnd>> open_end(const std::string& word, bool create, std::size_t input) {
    const std::wstring name = raw_object(prefix, word, "memory");
    OwnedHandle mapping(create ? ::CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0,
                                                      static_cast<DWORD>(size), name.c_str())
                               : ::OpenFileMappingW(FILE_MAP_READ | FILE_MAP_WRITE, FALSE, name.c_str()));
    if (!mapping) return raw_failure();
    std::array<RawSemaphore, 4> semaphores;
    for (std::size_t i = 0; i < purposes.size(); ++i) {
        const int count = i % 2 == 0 ? static_cast<int>(Ring::slots) : 0;
        semaphores[i] = RawSemaphore(raw_object(prefix, word, purposes[i]), create ? count : -1);
        if (!semaphores[i].valid()) return raw_failure();
    }
    void* memory = ::MapViewOfFile(mapping.get(), FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, size);
    if (memory == nullptr) return raw_failure();
    return std::make_unique<MemoryEnd>(std::move(mapping), static_cast<std::byte*>(memory), std::move(semaphores),
                                       input);
}

class MemoryHost final : public RawHost {
public:
    MemoryHost(const std::string& word, std::unique_ptr<RawEnd> end) : end_(std::move(end)) { words.push_back(word); }
    Result<std::unique_ptr<RawEnd>> meet(std::uint64_t /*other*/) override { return std::move(end_); }

private:
    std::unique_ptr<RawEnd> end_;
};

Result<std::unique_ptr<RawHost>> host(const std::string& word) {
    auto end = open_end(word, true, 1);
    if (!end) return fail(end.error());
    return std::make_unique<MemoryHost>(word, std::move(*end));
}

Result<std::unique_ptr<RawEnd>> join(std::span<const std::string> words) {
    if (words.empty()) return fail(Errc::invalid_argument);
    return open_end(words[0], false, 0);
}

}  // namespace

RawKind raw_shared_memory() noexcept { return {.name = "shared-memory", .messages = true, .host = host, .join = join}; }

}  // namespace pier::win32
