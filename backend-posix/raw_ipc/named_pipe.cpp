// fifo(7): two, in the folder of temporary files. Each process reads the one that the first has made for it.
#include "process/pipe_transfer.hpp"
#include "raw_ipc/raw.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>

namespace pier::posix {
namespace {

std::string path_of(const std::string& word, std::string_view purpose) {
    return "/tmp/" + sys::raw_name(word, purpose);
}

// Without waiting for a writer. Its reads wait.
Result<SystemHandle> open_reader(const std::string& path) {
    SystemHandle reader = owned(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (!reader.valid()) return fail_last();
    if (::fcntl(descriptor_of(reader), F_SETFL, 0) != 0) return fail_last();
    enlarge(descriptor_of(reader));  // as Pier does
    return reader;
}

// Asks again and again: an open that waits could not be ended when no reader comes any more.
Result<SystemHandle> open_writer(const std::string& path) {
    const timespec pause{0, 1'000'000};
    for (time_t tries = 0; tries < raw_patience * 1000; ++tries) {
        SystemHandle writer = owned(::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
        if (writer.valid()) {
            if (::fcntl(descriptor_of(writer), F_SETFL, 0) != 0) return fail_last();
            return writer;
        }
        if (errno != ENXIO && errno != EINTR) return fail_last();
        (void)::nanosleep(&pause, nullptr);
    }
    return fail(Errc::timed_out);
}

class FifoHost final : public RawHost {
public:
    explicit FifoHost(const std::string& word) { words.push_back(word); }
    ~FifoHost() override {
        for (const char* purpose : {"there", "back"}) (void)::unlink(path_of(words.front(), purpose).c_str());
    }

    Result<void> make() {
        for (const char* purpose : {"there", "back"}) {
            if (::mkfifo(path_of(words.front(), purpose).c_str(), 0600) != 0) return fail_last();
        }
        auto reader = open_reader(path_of(words.front(), "back"));
        if (!reader) return fail(reader.error());
        reader_ = std::move(*reader);
        return {};
    }

    Result<std::unique_ptr<RawEnd>> meet(std::uint64_t /*other*/) override {
        auto writer = open_writer(path_of(words.front(), "there"));
        if (!writer) return fail(writer.error());
        return raw_stream(std::move(reader_), std::move(*writer));
    }

private:
    SystemHandle reader_;
};

Result<std::unique_ptr<RawEnd>> join(std::span<const std::string> words) {
    if (words.empty()) return fail(Errc::invalid_argument);
    auto reader = open_reader(path_of(words[0], "there"));
    if (!reader) return fail(reader.error());
    auto writer = open_writer(path_of(words[0], "back"));
    if (!writer) return fail(writer.error());
    return raw_stream(std::move(*reader), std::move(*writer));
}

}  // namespace

RawKind raw_named_pipe() noexcept {
    return {.name = "named-pipe", .messages = false, .host = raw_host<FifoHost>, .join = join};
}

}  // namespace pier::posix
