// CreateNamedPipe: two, one for each direction, which the first process makes.
#include "raw_ipc/raw.hpp"

#include <pier/sys/pipe.hpp>

namespace pier::win32 {
namespace {

constexpr const wchar_t* prefix = L"\\\\.\\pipe\\";

Result<SystemHandle> make(const std::wstring& name, DWORD direction) {
    constexpr DWORD size = sys::stream_capacity;
    constexpr DWORD mode = PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS;
    SystemHandle pipe = owned(
        ::CreateNamedPipeW(name.c_str(), direction | FILE_FLAG_FIRST_PIPE_INSTANCE, mode, 1, size, size, 0, nullptr));
    if (!pipe.valid()) return raw_failure();
    return pipe;
}

Result<SystemHandle> open(const std::wstring& name, DWORD access) {
    SystemHandle pipe = owned(::CreateFileW(name.c_str(), access, 0, nullptr, OPEN_EXISTING, 0, nullptr));
    if (!pipe.valid()) return raw_failure();
    return pipe;
}

class NamedPipeHost final : public RawHost {
public:
    NamedPipeHost(const std::string& word, SystemHandle there, SystemHandle back)
        : there_(std::move(there)), back_(std::move(back)) {
        words.push_back(word);
    }

    // Where the second process never comes, the thread is lost until this process ends.
    Result<std::unique_ptr<RawEnd>> meet(std::uint64_t /*other*/) override {
        for (const SystemHandle* each : {&there_, &back_}) {
            const bool met = ::ConnectNamedPipe(handle_of(*each), nullptr) || ::GetLastError() == ERROR_PIPE_CONNECTED;
            if (!met) return raw_failure();
        }
        return raw_stream(std::move(back_), std::move(there_));
    }

private:
    SystemHandle there_;
    SystemHandle back_;
};

Result<std::unique_ptr<RawHost>> host(const std::string& word) {
    auto there = make(raw_object(prefix, word, "there"), PIPE_ACCESS_OUTBOUND);
    if (!there) return fail(there.error());
    auto back = make(raw_object(prefix, word, "back"), PIPE_ACCESS_INBOUND);
    if (!back) return fail(back.error());
    return std::make_unique<NamedPipeHost>(word, std::move(*there), std::move(*back));
}

Result<std::unique_ptr<RawEnd>> join(std::span<const std::string> words) {
    if (words.empty()) return fail(Errc::invalid_argument);
    auto there = open(raw_object(prefix, words[0], "there"), GENERIC_READ);
    if (!there) return fail(there.error());
    auto back = open(raw_object(prefix, words[0], "back"), GENERIC_WRITE);
    if (!back) return fail(back.error());
    return raw_stream(std::move(*there), std::move(*back));
}

}  // namespace

RawKind raw_named_pipe() noexcept { return {.name = "named-pipe", .messages = false, .host = host, .join = join}; }

}  // namespace pier::win32
