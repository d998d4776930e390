// What processes and the machine have used, from the kernel.
#pragma once
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace bench {

struct CpuTime {
    double total = 0;  // seconds, exact
    double user = 0;   // seconds of `user` and `all` are counted in ticks: only their ratio, over a long time, is good
    double all = 0;
};

inline double tick_seconds() {
    timespec resolution{};
    ::clock_getres(CLOCK_MONOTONIC_COARSE, &resolution);
    return static_cast<double>(resolution.tv_nsec) / 1e9;
}

// The CPU time of another process, all its threads included. Linux keeps three clocks per process, told apart by the
// low bits of the clock's id: ticks in all, ticks in user mode, and the scheduler's exact sum. /proc has the same
// figures, cut to 10 ms.
inline std::optional<CpuTime> cpu_time(pid_t process) {
    clockid_t exact{};
    if (::clock_getcpuclockid(process, &exact) != 0) return std::nullopt;
    const auto read = [exact](int which) -> std::optional<double> {
        timespec time{};
        if (::clock_gettime((exact & ~7) | which, &time) != 0) return std::nullopt;
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
    };
    const auto all = read(0);
    const auto user = read(1);
    const auto total = read(2);
    if (!all || !user || !total) return std::nullopt;
    return CpuTime{*total, *user, *all};
}

inline double own_cpu_seconds() {
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

struct MachineTime {
    double busy = 0;    // seconds over all cores
    double stolen = 0;  // taken by the hypervisor
};

inline MachineTime machine_time() {
    unsigned long long user = 0, nice = 0, system = 0, idle = 0, io = 0, interrupt = 0, soft = 0, stolen = 0;
    if (std::FILE* file = std::fopen("/proc/stat", "r")) {
        const int fields = std::fscanf(file, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &user, &nice, &system,
                                       &idle, &io, &interrupt, &soft, &stolen);
        std::fclose(file);
        if (fields != 8) return {};
    }
    const auto hertz = static_cast<double>(::sysconf(_SC_CLK_TCK));
    return {static_cast<double>(user + nice + system + interrupt + soft) / hertz, static_cast<double>(stolen) / hertz};
}

// The figure after `key` at the start of a line, as in "Rss:    1234 kB"; in bytes.
inline std::optional<double> kilobytes_of(const std::string& path, const char* key) {
    std::FILE* file = std::fopen(path.c_str(), "r");
    if (file == nullptr) return std::nullopt;
    std::optional<double> bytes;
    const std::string form = std::string(key) + ": %lf";
    char line[512];
    while (!bytes && std::fgets(line, sizeof line, file) != nullptr) {
        double kilobytes = 0;
        if (std::sscanf(line, form.c_str(), &kilobytes) == 1) bytes = kilobytes * 1024;
    }
    std::fclose(file);
    return bytes;
}

inline std::optional<double> resident_bytes(pid_t process) {
    return kilobytes_of("/proc/" + std::to_string(process) + "/smaps_rollup", "Rss");
}

inline double kernel_slab_bytes() { return kilobytes_of("/proc/meminfo", "Slab").value_or(0); }

}  // namespace bench
