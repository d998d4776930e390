#include "file/size_limit.hpp"

#include <sys/resource.h>
#include <sys/types.h>
#include <algorithm>
#include <cerrno>
#include <limits>

namespace pier::posix {

Result<std::size_t> room_in_file(std::uint64_t offset, std::uint64_t size) noexcept {
    std::uint64_t end = std::numeric_limits<off_t>::max();
    struct rlimit limit {};
    // RLIM_INFINITY is the largest number that there is.
    if (getrlimit(RLIMIT_FSIZE, &limit) == 0) end = std::min<std::uint64_t>(end, limit.rlim_cur);
    if (offset >= end) return fail(Errc::file_too_large, EFBIG);
    return static_cast<std::size_t>(std::min(size, end - offset));
}

}  // namespace pier::posix
