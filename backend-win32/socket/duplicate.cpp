// WSADuplicateSocket for this process. DuplicateHandle must not be used on a socket (its documentation).
#include <pier/sys/socket/duplicate.hpp>
#include <pier/sys/socket/urgent.hpp>

#include <algorithm>
#include <array>

namespace pier::sys {
namespace {

// A completion port has a socket for good, with all its duplicates (CreateIoCompletionPort), and an event is the
// socket's: the later WSAEventSelect cancels the earlier one, whichever handle it was for (WSADuplicateSocket).
constexpr std::array<std::string_view, 3> one_handle_alone{"iocp", "uv", "wsa-event"};

}  // namespace

Result<spi::NativeSocket> duplicate_for(std::string_view engine, spi::NativeSocket socket) {
    if (std::ranges::find(one_handle_alone, engine) != one_handle_alone.end()) return fail(Errc::not_supported);
    return duplicate_to_watch(socket);
}

}  // namespace pier::sys
