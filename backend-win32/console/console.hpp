// Whose console it is. Code page and output mode belong to the console, not to the process that sets them.
#pragma once

#include <cstdint>
#include <span>

namespace pier::win32 {

struct ProcessAndParent {
    std::uint32_t process;
    std::uint32_t parent;
};

// Whether a program besides this one uses the console: one of those that are attached to it is neither this process nor
// one of its ancestors (the shell that waits for it, and who started that). `running` are the system's processes.
[[nodiscard]] bool shares_console(std::uint32_t self, std::span<const std::uint32_t> attached,
                                  std::span<const ProcessAndParent> running) noexcept;

// The same, asked of the system. True also when it does not tell.
[[nodiscard]] bool shares_console() noexcept;

}  // namespace pier::win32
