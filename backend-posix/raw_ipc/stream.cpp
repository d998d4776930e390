// Ends over descriptors, which block.
#include "raw_ipc/raw.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <cerrno>
#include <charconv>

namespace pier::posix {
namespace {

class StreamEnd final : public RawEnd {
public:
    StreamEnd(SystemHandle input, SystemHandle output) noexcept
        : input_(std::move(input)), output_(std::move(output)) {}

    Result<void> send(std::span<const std::byte> bytes) override {
        const int to = output_.valid() ? descriptor_of(output_) : descriptor_of(input_);
        while (!bytes.empty()) {
            const ssize_t count = ::write(to, bytes.data(), bytes.size());
            if (count < 0 && errno != EINTR) return fail_last();
            if (count > 0) bytes = bytes.subspan(static_cast<std::size_t>(count));
        }
        return {};
    }

    Result<std::size_t> receive(std::span<std::byte> into) override {
        for (;;) {
            const ssize_t count = ::read(descriptor_of(input_), into.data(), into.size());
            if (count >= 0) return static_cast<std::size_t>(count);
            if (errno != EINTR) return fail_last();
        }
    }

private:
    SystemHandle input_;
    SystemHandle output_;
};

}  // namespace

std::unique_ptr<RawEnd> raw_stream(SystemHandle input, SystemHandle output) {
    return std::make_unique<StreamEnd>(std::move(input), std::move(output));
}

int raw_descriptor(std::span<const std::string> words, std::size_t place) noexcept {
    if (place >= words.size()) return -1;
    const std::string& word = words[place];
    int number = -1;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    return error == std::errc() && end == word.data() + word.size() ? number : -1;
}

}  // namespace pier::posix
