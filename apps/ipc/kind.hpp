// A kind of communication between processes, and how the two ends of one come to be.
#pragma once

#include "side.hpp"

#include <pier/process.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ipc {

// What the second process is told and given.
struct Invitation {
    std::vector<std::string> words;
    std::vector<pier::NativeHandle> inherited;  // the Host's
};

// The first process's part, until both ends are there. One thread.
class Host {
public:
    Host() = default;
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;
    virtual ~Host() = default;

    [[nodiscard]] virtual const Invitation& invitation() const noexcept = 0;
    // Once, after the other process has been started with the invitation. Waits for it where need be.
    [[nodiscard]] virtual pier::Task<OpenedSide> meet(const pier::Process& other) = 0;
};

// By Pier, or by bare system calls.
enum class Way : bool { pier, raw };
[[nodiscard]] std::string_view name_of(Way way) noexcept;

// Static data.
struct Kind {
    std::string_view name;
    std::string_view summary;
    std::size_t largest = largest_size;  // of a message, in bytes; 0: it carries none
    // Messages may be sent without waiting for one another; signals would merge.
    bool streams = true;
    // Empty, or why this system has not got it.
    std::string (*obstacle)() = [] { return std::string(); };
    OrFault<std::unique_ptr<Host>> (*host)() = nullptr;
    // The second process's part. Awaits what the first one does.
    pier::Task<OpenedSide> (*join)(std::vector<std::string> words) = nullptr;

    static constexpr std::size_t largest_size = std::size_t{1} << 20;
};

// In the order of the program's help. Each is defined in the file of its name.
[[nodiscard]] std::span<const Kind> kinds();
// Null: there is none.
[[nodiscard]] const Kind* find_kind(std::string_view name);
// What somebody may have meant by a name that is none; empty where nothing is near.
[[nodiscard]] std::string_view nearest_name(std::string_view name, std::span<const std::string_view> names);

[[nodiscard]] Kind named_pipe_kind() noexcept;
[[nodiscard]] Kind pipe_kind() noexcept;
[[nodiscard]] Kind queue_kind() noexcept;
[[nodiscard]] Kind semaphore_kind() noexcept;
[[nodiscard]] Kind shared_memory_kind() noexcept;
[[nodiscard]] Kind signal_kind() noexcept;
[[nodiscard]] Kind socket_passing_kind() noexcept;
[[nodiscard]] Kind unix_kind() noexcept;

}  // namespace ipc
