#include "process/program.hpp"

#include "process/error.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string_view>
#include <system_error>

extern char** environ;

namespace pier::posix {
namespace {

// From the directory of this process.
Result<std::string> from_here(const std::string& path, bool goes_elsewhere) {
    if (!goes_elsewhere || path.starts_with('/')) return path;
    std::error_code failure;
    std::string here = std::filesystem::current_path(failure).string();
    if (failure) return fail(Errc::directory_not_found, failure.value());  // it was removed under us
    return here.append("/").append(path);
}

// 0, or why not.
int try_program(const std::string& path) noexcept {
    struct stat file {};
    if (stat(path.c_str(), &file) != 0) return errno;
    if (!S_ISREG(file.st_mode)) return EACCES;
    return faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) == 0 ? 0 : errno;
}

Result<std::string> search(const std::string& name, bool goes_elsewhere) {
    const char* folders = std::getenv("PATH");
    std::string_view rest = folders != nullptr ? folders : "/usr/local/bin:/usr/bin:/bin";
    int failure = ENOENT;
    while (!rest.empty()) {
        const std::string_view folder = rest.substr(0, rest.find(':'));
        rest.remove_prefix(std::min(folder.size() + 1, rest.size()));
        if (folder.empty()) continue;  // by tradition the current directory, where anybody may have put anything
        std::string path(folder);
        path.append("/").append(name);
        const int why = try_program(path);
        if (why == 0) return from_here(path, goes_elsewhere);
        if (why == EACCES || why == EPERM) failure = why;
    }
    return fail(failure == ENOENT ? Errc::program_not_found : Errc::permission_denied, failure);
}

}  // namespace

Result<std::string> find_program(const ProcessOptions& options) {
    const bool goes_elsewhere = !options.directory.empty();
    if (options.program.find('/') != std::string::npos) return from_here(options.program, goes_elsewhere);
    return search(options.program, goes_elsewhere);
}

std::vector<std::string> environment_of(const ProcessOptions& options) {
    std::map<std::string_view, const std::optional<std::string>*> changes;
    for (const EnvironmentVariable& each : options.environment) changes[each.name] = &each.value;
    std::vector<std::string> all;
    for (char** each = environ; options.inherit_environment && each != nullptr && *each != nullptr; ++each) {
        const std::string_view variable = *each;
        if (!changes.contains(variable.substr(0, variable.find('=')))) all.emplace_back(variable);
    }
    for (const auto& [name, value] : changes) {
        if (*value) all.push_back(std::string(name).append("=").append(**value));
    }
    return all;
}

}  // namespace pier::posix
