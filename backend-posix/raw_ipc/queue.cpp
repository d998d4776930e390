// mq_overview(7): two queues, one for each direction.
#include "raw_ipc/raw.hpp"

#include <fcntl.h>
#include <mqueue.h>
#include <sys/stat.h>
#include <cerrno>

namespace pier::posix {
namespace {

constexpr long messages = 10;
constexpr long message_size = 8192;

class QueueEnd final : public RawEnd {
public:
    QueueEnd(mqd_t input, mqd_t output) noexcept : input_(input), output_(output) {}
    ~QueueEnd() override {
        (void)::mq_close(input_);
        (void)::mq_close(output_);
    }

    Result<void> send(std::span<const std::byte> bytes) override {
        const timespec until = raw_deadline(CLOCK_REALTIME);
        while (::mq_timedsend(output_, reinterpret_cast<const char*>(bytes.data()), bytes.size(), 0, &until) != 0) {
            if (errno != EINTR) return fail_last();
        }
        return {};
    }

    Result<std::size_t> receive(std::span<std::byte> into) override {
        const timespec until = raw_deadline(CLOCK_REALTIME);
        for (;;) {
            const ssize_t count =
                ::mq_timedreceive(input_, reinterpret_cast<char*>(into.data()), into.size(), nullptr, &until);
            if (count >= 0) return static_cast<std::size_t>(count);
            if (errno != EINTR) return fail_last();
        }
    }

private:
    mqd_t input_;
    mqd_t output_;
};

std::string name_of(const std::string& word, std::string_view purpose) { return "/" + sys::raw_name(word, purpose); }

Result<std::unique_ptr<RawEnd>> open_both(const std::string& input, const std::string& output, int flags) {
    mq_attr limits{};
    limits.mq_maxmsg = messages;
    limits.mq_msgsize = message_size;
    const mqd_t from = ::mq_open(input.c_str(), O_RDONLY | O_CLOEXEC | flags, 0600, &limits);
    if (from == mqd_t(-1)) return fail_last();
    const mqd_t to = ::mq_open(output.c_str(), O_WRONLY | O_CLOEXEC | flags, 0600, &limits);
    if (to == mqd_t(-1)) {
        const auto failure = fail_last();
        (void)::mq_close(from);
        return failure;
    }
    return std::make_unique<QueueEnd>(from, to);
}

class QueueHost final : public NamedHost {
public:
    using NamedHost::NamedHost;
    ~QueueHost() override {
        for (const char* purpose : {"there", "back"}) (void)::mq_unlink(name_of(words.front(), purpose).c_str());
    }
    Result<void> make() {
        const std::string& word = words.front();
        return keep(open_both(name_of(word, "back"), name_of(word, "there"), O_CREAT | O_EXCL));
    }
};

Result<std::unique_ptr<RawEnd>> join(std::span<const std::string> words) {
    if (words.empty()) return fail(Errc::invalid_argument);
    return open_both(name_of(words[0], "there"), name_of(words[0], "back"), 0);
}

}  // namespace

RawKind raw_queue() noexcept { return {.name = "queue", .messages = true, .host = raw_host<QueueHost>, .join = join}; }

}  // namespace pier::posix
