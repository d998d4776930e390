// How a process ended.
#pragma once

#include <cstdint>
#include <string>

namespace pier {

struct ProcessEnd {
    enum class By : std::uint8_t {
        exit,       // it ended itself, or was ended on Windows: `status` is its exit status
        signal,     // POSIX: by a signal that it did not handle, whose number is `status`
        exception,  // Windows: by an exception that it did not handle, whose NTSTATUS is `status`
    };
    By by = By::exit;
    std::uint32_t status = 0;

    [[nodiscard]] bool succeeded() const noexcept { return by == By::exit && status == 0; }
    [[nodiscard]] bool crashed() const noexcept { return by != By::exit; }
    // For people: "exit status 3", "signal 6", "exception 0xc0000005". Throws std::bad_alloc.
    [[nodiscard]] std::string describe() const;

    friend bool operator==(const ProcessEnd&, const ProcessEnd&) noexcept = default;
};

}  // namespace pier
