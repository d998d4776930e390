// How bare system calls move data between two processes, without Pier: what pier-ipc compares Pier with. A backend
// defines them in a library of its own, pier::raw_ipc, which only pier-ipc links.
#pragma once

#include <pier/process/system_handle.hpp>
#include <pier/result.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pier::sys {

// One end. Its calls BLOCK, as a program without an event loop would; where the other process's death ends no call, it
// fails as timed_out after ten seconds. One thread.
class RawEnd {
public:
    RawEnd() = default;
    RawEnd(const RawEnd&) = delete;
    RawEnd& operator=(const RawEnd&) = delete;
    virtual ~RawEnd() = default;

    [[nodiscard]] virtual Result<void> send(std::span<const std::byte> bytes) = 0;
    // Some bytes of a stream, 0 at its end; or a whole message, and `into` has room for the longest.
    [[nodiscard]] virtual Result<std::size_t> receive(std::span<std::byte> into) = 0;
};

// The first process's part, until both ends are there.
class RawHost {
public:
    RawHost() = default;
    RawHost(const RawHost&) = delete;
    RawHost& operator=(const RawHost&) = delete;
    virtual ~RawHost() = default;  // removes the names that it has made

    // What the second process is told and given.
    std::vector<std::string> words;
    std::vector<NativeHandle> inherited;  // this object's

    // Once, after the process of that number has been started. BLOCKS until it has come, ten seconds at most.
    [[nodiscard]] virtual Result<std::unique_ptr<RawEnd>> meet(std::uint64_t other) = 0;
};

struct RawKind {
    std::string_view name;  // as of pier-ipc's kind
    bool messages = false;  // or a stream of bytes
    // `word` is a word that names nothing yet.
    Result<std::unique_ptr<RawHost>> (*host)(const std::string& word) = nullptr;
    // The second process's part. BLOCKS as meet() does.
    Result<std::unique_ptr<RawEnd>> (*join)(std::span<const std::string> words) = nullptr;
};

// Static storage; found at link time.
[[nodiscard]] std::span<const RawKind> raw_kinds();

// For the ends that count in shared memory, and for those of a file: "WORD.PURPOSE".
[[nodiscard]] inline std::string raw_name(std::string_view word, std::string_view purpose) {
    std::string name(word);
    return name.append(".").append(purpose);
}

}  // namespace pier::sys
