#include "helper.hpp"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <set>

namespace helper {

std::vector<std::string> arguments(int argc, char** argv) { return {argv + 1, argv + argc}; }

std::string open_handles() {
    std::set<int> numbers;
    DIR* const folder = opendir("/proc/self/fd");
    if (folder == nullptr) return "no /proc";
    while (const dirent* entry = readdir(folder)) {
        const int number = std::atoi(entry->d_name);
        if (number > 2 && number != dirfd(folder)) numbers.insert(number);
    }
    closedir(folder);
    std::string text;
    for (int number : numbers) text += std::to_string(number) + "\n";
    return text;
}

void touch(const std::vector<std::string>& handles) {
    for (const std::string& handle : handles) (void)!write(std::atoi(handle.c_str()), "x", 1);
}

std::string signals() {
    std::ifstream status("/proc/self/status");
    std::string text;
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("SigBlk:")) text += "blocked " + line.substr(8);
        if (line.starts_with("SigIgn:")) text += " ignored " + line.substr(8);
    }
    return text;
}

void crash() {
    const rlimit no_file{0, 0};
    (void)setrlimit(RLIMIT_CORE, &no_file);
    (void)std::signal(SIGSEGV, SIG_DFL);  // a sanitizer has a handler
    (void)std::raise(SIGSEGV);
    std::abort();
}

bool allow_no_process() {
    // Root is above the limit, and so is a user with other processes below it.
    const rlimit none{0, 0};
    if (setrlimit(RLIMIT_NPROC, &none) != 0) return false;
    return geteuid() != 0 || setuid(65'534) == 0;
}

bool allow_no_handle() {
    const rlimit few{3, 3};
    return setrlimit(RLIMIT_NOFILE, &few) == 0;
}

}  // namespace helper
