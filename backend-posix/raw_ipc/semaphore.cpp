#include "raw_ipc/semaphores.hpp"

namespace pier::posix {
namespace {

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

std::string name_of(const std::string& word, std::string_view purpose) { return "/" + sys::raw_name(word, purpose); }

Result<std::unique_ptr<RawEnd>> open_both(const std::string& input, const std::string& output, int create) {
    RawSemaphore from(input, create);
    if (!from.valid()) return fail_last();
    RawSemaphore to(output, create);
    if (!to.valid()) return fail_last();
    return std::make_unique<SemaphoreEnd>(std::move(from), std::move(to));
}

class SemaphoreHost final : public RawHost {
public:
    explicit SemaphoreHost(const std::string& word) { words.push_back(word); }
    ~SemaphoreHost() override {
        for (const char* purpose : {"there", "back"}) (void)::sem_unlink(name_of(words.front(), purpose).c_str());
    }
    // Where the second one can't be made, the destructor takes the first one away.
    Result<void> make() {
        auto end = open_both(name_of(words.front(), "back"), name_of(words.front(), "there"), 0);
        if (!end) return fail(end.error());
        end_ = std::move(*end);
        return {};
    }
    Result<std::unique_ptr<RawEnd>> meet(std::uint64_t /*other*/) override { return std::move(end_); }

private:
    std::unique_ptr<RawEnd> end_;
};

Result<std::unique_ptr<RawHost>> host(const std::string& word) {
    auto made = std::make_unique<SemaphoreHost>(word);
    if (auto good = made->make(); !good) return fail(good.error());
    return made;
}

Result<std::unique_ptr<RawEnd>> join(std::span<const std::string> words) {
    if (words.empty()) return fail(Errc::invalid_argument);
    return open_both(name_of(words[0], "there"), name_of(words[0], "back"), -1);
}

}  // namespace

RawKind raw_semaphore() noexcept { return {.name = "semaphore", .messages = true, .host = host, .join = join}; }

}  // namespace pier::posix
