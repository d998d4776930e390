// Microsoft: "IPPROTO_IP Socket Options", IP_ADD_MEMBERSHIP: a socket is itself a member.
#include <pier/socket/own_groups.hpp>

namespace pier::sys {

Result<void> receive_own_groups_alone(spi::NativeSocket) noexcept { return {}; }

}  // namespace pier::sys
