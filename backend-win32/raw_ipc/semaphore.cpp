// CreateSemaphore: two, one for each direction.
#include "raw_ipc/semaphores.hpp"

namespace pier::win32 {
namespace {

constexpr const wchar_t* prefix = L"Local\\";

class SemaphoreEnd final : public RawEnd {
public:
    SemaphoreEnd(RawSemaphore input, RawSemaphore output) noexcept
        : input_(std::move(input)), output_(std::move(output)) {}

    Result<void> send(std::span<const std::byte> /*bytes*/) override { return output_.post(); }
    Result<std::size_t> receive(std::span<std::byte> /*into*/) override {
        auto taken = input_.wait();
        if (!taken) return fail(taken.error());
        return 0;
    }

private:
    RawSemaphore input_;
    RawSemaphore output_;
};

Result<std::unique_ptr<RawEnd>> open_both(const std::string& word, const char* input, const char* output, int create) {
    RawSemaphore from(raw_object(prefix, word, input), create);
    if (!from.valid()) return raw_failure();
    RawSemaphore to(raw_object(prefix, word, output), create);
    if (!to.valid()) return raw_failure();
    return std::make_unique<SemaphoreEnd>(std::move(from), std::move(to));
}

class SemaphoreHost final : public RawHost {
public:
    SemaphoreHost(const std::string& word, std::unique_ptr<RawEnd> end) : end_(std::move(end)) {
        words.push_back(word);
    }
    Result<std::unique_ptr<RawEnd>> meet(std::uint64_t /*other*/) override { return std::move(end_); }

private:
    std::unique_ptr<RawEnd> end_;
};

Result<std::unique_ptr<RawHost>> host(const std::string& word) {
    auto end = open_both(word, "back", "there", 0);
    if (!end) return fail(end.error());
    return std::make_unique<SemaphoreHost>(word, std::move(*end));
}

Result<std::unique_ptr<RawEnd>> join(std::span<const std::string> words) {
    if (words.empty()) return fail(Errc::invalid_argument);
    return open_both(words[0], "there", "back", -1);
}

}  // namespace

RawKind raw_semaphore() noexcept { return {.name = "semaphore", .messages = true, .host = host, .join = join}; }

}  // namespace pier::win32
