#include "uv_room.hpp"

#include <uv.h>

#include <algorithm>
#include <climits>

#ifndef _WIN32
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#endif

namespace pier::uv {

#ifdef _WIN32
int room_for(int) noexcept { return 0; }
int crowded_from() noexcept { return INT_MAX; }
#else
namespace {

// Others may open files between two connections.
constexpr rlim_t margin = 64;

// As many as anybody asks for; more are as good as these.
constexpr std::size_t most = 64;

}  // namespace

int room_for(int count) noexcept {
    std::array<int, most> opened{};
    const std::size_t wanted = std::min(static_cast<std::size_t>(count), most);
    std::size_t number = 0;
    int code = 0;
    while (number < wanted && code == 0) {
        opened[number] = open("/", O_RDONLY | O_CLOEXEC);
        if (opened[number] >= 0) {
            ++number;
        } else {
            code = uv_translate_sys_error(errno);
        }
    }
    while (number > 0) close(opened[--number]);
    return code;
}

int crowded_from() noexcept {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > static_cast<rlim_t>(INT_MAX)) return INT_MAX;
    return static_cast<int>(limit.rlim_cur - std::min(limit.rlim_cur, margin));
}
#endif

}  // namespace pier::uv
