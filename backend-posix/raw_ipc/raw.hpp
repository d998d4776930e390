// What the kinds of raw_ipc share.
#pragma once

#include "process/error.hpp"
#include "process/native_handle.hpp"

#include <pier/tool/raw_ipc.hpp>

#include <ctime>
#include <memory>
#include <string>
#include <utility>

namespace pier::posix {

using sys::RawEnd;
using sys::RawHost;
using sys::RawKind;

// Of nothing that could hang.
inline constexpr time_t raw_patience = 10;  // seconds

[[nodiscard]] inline timespec raw_deadline(clockid_t clock) noexcept {
    timespec until{};
    ::clock_gettime(clock, &until);
    until.tv_sec += raw_patience;
    return until;
}

// A host that makes objects by name, and its own end over them, before the second process comes. The destructor of the
// one that derives removes the names, also where make() has failed half-way.
class NamedHost : public RawHost {
public:
    explicit NamedHost(const std::string& word) { words.push_back(word); }
    Result<std::unique_ptr<RawEnd>> meet(std::uint64_t /*other*/) override { return std::move(end_); }

protected:
    [[nodiscard]] Result<void> keep(Result<std::unique_ptr<RawEnd>> opened) {
        if (!opened) return fail(opened.error());
        end_ = std::move(*opened);
        return {};
    }

private:
    std::unique_ptr<RawEnd> end_;
};

// RawKind::host of a Host that has make().
template <class Host>
[[nodiscard]] Result<std::unique_ptr<RawHost>> raw_host(const std::string& word) {
    auto host = std::make_unique<Host>(word);
    if (auto made = host->make(); !made) return fail(made.error());
    return host;
}

// An end over descriptors, by read(2) and write(2). For a socket both are the same one.
[[nodiscard]] std::unique_ptr<RawEnd> raw_stream(SystemHandle input, SystemHandle output);

// A pair of stream sockets (unix(7)): `end_of` makes ours of one, and the second process inherits the other, whose
// number is the only word of its invitation.
[[nodiscard]] Result<std::unique_ptr<RawHost>> raw_pair(std::unique_ptr<RawEnd> (*end_of)(SystemHandle socket));

// The words of an invitation as descriptors. -1: it is no number.
[[nodiscard]] int raw_descriptor(std::span<const std::string> words, std::size_t place) noexcept;

// Each is defined in the file of its name.
[[nodiscard]] RawKind raw_named_pipe() noexcept;
[[nodiscard]] RawKind raw_pipe() noexcept;
[[nodiscard]] RawKind raw_queue() noexcept;
[[nodiscard]] RawKind raw_semaphore() noexcept;
[[nodiscard]] RawKind raw_shared_memory() noexcept;
[[nodiscard]] RawKind raw_signal() noexcept;
[[nodiscard]] RawKind raw_socket_passing() noexcept;
[[nodiscard]] RawKind raw_unix() noexcept;

}  // namespace pier::posix
