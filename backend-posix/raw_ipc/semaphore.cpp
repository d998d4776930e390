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

class SemaphoreHost final : public NamedHost {
public:
    using NamedHost::NamedHost;
    ~SemaphoreHost() override {
        for (const char* purpose : {"there", "back"}) (void)::sem_unlink(name_of(words.front(), purpose).c_str());
    }
    Result<void> make() { return keep(open_both(name_of(words.front(), "back"), name_of(words.front(), "there"), 0)); }
};

Result<std::unique_ptr<RawEnd>> join(std::span<const std::string> words) {
    if (words.empty()) return fail(Errc::invalid_argument);
    return open_both(name_of(words[0], "there"), name_of(words[0], "back"), -1);
}

}  // namespace

RawKind raw_semaphore() noexcept {
    return {.name = "semaphore", .messages = true, .host = raw_host<SemaphoreHost>, .join = join};
}

}  // namespace pier::posix
