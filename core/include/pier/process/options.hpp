// What a new process is given.
#pragma once

#include <pier/process/system_handle.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pier {

// Where a standard stream of the child leads.
class Redirect {
public:
    enum class Kind : std::uint8_t { inherit, null, pipe, file, append, handle, output };

    // To where this process's own leads; to nothing, where this process has none.
    [[nodiscard]] static Redirect inherit() noexcept { return {}; }
    // An input that has ended, an output that is thrown away.
    [[nodiscard]] static Redirect null() noexcept { return Redirect(Kind::null); }
    // To this process: Process::input(), output(), error() are the other end.
    [[nodiscard]] static Redirect pipe() noexcept { return Redirect(Kind::pipe); }
    // From a file that is there; into one that is made, or emptied where it is there. Path in UTF-8.
    [[nodiscard]] static Redirect file(std::string path) { return {Kind::file, std::move(path)}; }
    // For outputs: each write goes behind what is in the file at that moment; it is made where it is not there.
    [[nodiscard]] static Redirect append(std::string path) { return {Kind::append, std::move(path)}; }
    // A handle of this process, which stays its owner's. On Windows not one for overlapped calls, which few programs
    // can use.
    [[nodiscard]] static Redirect handle(NativeHandle handle) noexcept { return Redirect(Kind::handle, handle); }
    // For the error stream: to where the output leads.
    [[nodiscard]] static Redirect output() noexcept { return Redirect(Kind::output); }

    Redirect() = default;
    [[nodiscard]] Kind kind() const noexcept { return kind_; }
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] NativeHandle handle() const noexcept { return handle_; }

private:
    explicit Redirect(Kind kind, NativeHandle handle = no_handle) noexcept : kind_(kind), handle_(handle) {}
    Redirect(Kind kind, std::string path) noexcept : kind_(kind), path_(std::move(path)) {}

    Kind kind_ = Kind::inherit;
    NativeHandle handle_ = no_handle;
    std::string path_;
};

// A value for a name, or nothing: then the child has no such variable. On Windows names that differ in case alone are
// one.
struct EnvironmentVariable {
    std::string name;
    std::optional<std::string> value;
};

// All texts are UTF-8 and hold no NUL.
struct ProcessOptions {
    // A path, which counts from this process's directory, also where the child gets another; or a name without a
    // directory, which is looked for in the PATH of this process, and nowhere else. On Windows ".exe" may be left out.
    std::string program;
    // Behind the program's name. They arrive as they are: no shell is between, no character is special. On Windows in
    // programs that take their command line apart as Microsoft's C runtime does.
    std::vector<std::string> arguments = {};
    Redirect input = {};
    Redirect output = {};
    Redirect error = {};
    // Changes to this process's environment; where that is not inherited, all that the child has. On Windows it has
    // SystemRoot in any case, without which its libraries do not load.
    std::vector<EnvironmentVariable> environment = {};
    bool inherit_environment = true;
    // Empty: this process's.
    std::string directory = {};
    // What the child has besides its standard streams, under the same numbers as here; they stay their owners'. On
    // POSIX not 0, 1 or 2. Nothing else is inherited, however it was opened. (On Windows a handle is inheritable for
    // the moment of the start: code that starts processes by itself and lets them inherit everything may catch it.)
    std::vector<NativeHandle> inherited = {};
};

}  // namespace pier
