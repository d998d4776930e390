// unix(7), SCM_RIGHTS: a pair of sockets for each question, one of which is handed over. The receiver says by a byte of
// the channel that it has it, as Pier's does; the answer is a byte that comes by the other socket.
#include "raw_ipc/raw.hpp"

#include <sys/socket.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <cstring>

namespace pier::posix {
namespace {

struct Message {
    explicit Message(std::byte* byte) noexcept : part{byte, 1} {
        header.msg_iov = &part;
        header.msg_iovlen = 1;
        header.msg_control = control.data();
        header.msg_controllen = control.size();
    }
    iovec part;
    msghdr header{};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
};

// A question is asked by send() and answered by receive(), and the other way round in the second process.
class PassingEnd final : public RawEnd {
public:
    PassingEnd(SystemHandle channel, bool first) noexcept : channel_(std::move(channel)), first_(first) {}

    Result<void> send(std::span<const std::byte> bytes) override {
        return first_ ? pass(bytes) : write_to(connection_, bytes);
    }
    Result<std::size_t> receive(std::span<std::byte> into) override {
        return first_ ? read_from(connection_, into) : take(into);
    }

private:
    Result<void> pass(std::span<const std::byte> bytes) {
        if (used_ == pairs_.size()) {
            if (auto made = make_pairs(); !made) return made;
        }
        const Pair& pair = pairs_[used_++];
        const int theirs = descriptor_of(pair.theirs);
        connection_ = descriptor_of(pair.ours);
        std::byte first = bytes.front();
        Message message(&first);
        cmsghdr* rights = CMSG_FIRSTHDR(&message.header);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(sizeof(int));
        std::memcpy(CMSG_DATA(rights), &theirs, sizeof theirs);
        while (::sendmsg(descriptor_of(channel_), &message.header, MSG_NOSIGNAL) < 0) {
            if (errno != EINTR) return fail_last();
        }
        std::byte taken{};
        auto told = read_from(descriptor_of(channel_), {&taken, 1});
        if (!told) return fail(told.error());
        return {};
    }
    Result<std::size_t> take(std::span<std::byte> into) {
        Message message(into.data());
        ssize_t count = 0;
        while ((count = ::recvmsg(descriptor_of(channel_), &message.header, MSG_CMSG_CLOEXEC)) < 0) {
            if (errno != EINTR) return fail_last();
        }
        const cmsghdr* rights = CMSG_FIRSTHDR(&message.header);
        if (count == 0 || rights == nullptr || rights->cmsg_type != SCM_RIGHTS) return fail(Errc::end_of_stream);
        int connection = -1;
        std::memcpy(&connection, CMSG_DATA(rights), sizeof connection);
        taken_ = owned(connection);
        connection_ = connection;
        const std::byte taken{1};
        if (auto told = write_to(descriptor_of(channel_), {&taken, 1}); !told) return fail(told.error());
        return static_cast<std::size_t>(count);
    }
    static Result<void> write_to(int socket, std::span<const std::byte> bytes) {
        while (::write(socket, bytes.data(), bytes.size()) < 0) {
            if (errno != EINTR) return fail_last();
        }
        return {};
    }
    static Result<std::size_t> read_from(int socket, std::span<std::byte> into) {
        ssize_t count = 0;
        while ((count = ::read(socket, into.data(), into.size())) < 0) {
            if (errno != EINTR) return fail_last();
        }
        if (count == 0) return fail(Errc::end_of_stream);
        return static_cast<std::size_t>(count);
    }

    // Many at a time, so that the middle one of all questions pays nothing for them. They are closed as late.
    Result<void> make_pairs() {
        constexpr std::size_t ahead = 64;
        pairs_.clear();
        used_ = 0;
        for (std::size_t i = 0; i < ahead; ++i) {
            int ends[2];
            if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return fail_last();
            pairs_.push_back({owned(ends[0]), owned(ends[1])});
        }
        return {};
    }

    struct Pair {
        SystemHandle ours;
        SystemHandle theirs;
    };
    SystemHandle channel_;
    std::vector<Pair> pairs_;  // of the first process
    std::size_t used_ = 0;
    SystemHandle taken_;   // of the second one
    int connection_ = -1;  // the one that the question is about
    bool first_;
};

Result<std::unique_ptr<RawHost>> host(const std::string& /*word*/) {
    return raw_pair([](SystemHandle channel) -> std::unique_ptr<RawEnd> {
        return std::make_unique<PassingEnd>(std::move(channel), true);
    });
}

Result<std::unique_ptr<RawEnd>> join(std::span<const std::string> words) {
    return std::make_unique<PassingEnd>(owned(raw_descriptor(words, 0)), false);
}

}  // namespace

RawKind raw_socket_passing() noexcept {
    return {.name = "socket-passing", .messages = true, .host = host, .join = join};
}

}  // namespace pier::posix
