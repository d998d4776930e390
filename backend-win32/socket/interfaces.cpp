// Interfaces by GetAdaptersAddresses, and by GetIfEntry2 what that leaves out: who has switched an interface on, and
// what kind of link it is.
#include "process/error.hpp"
#include "process/text.hpp"
#include "socket/address.hpp"

#include <pier/sys/interfaces.hpp>

#include <iphlpapi.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pier::sys {
namespace {

using namespace win32;

// "GetAdaptersAddresses": the recommended size to begin with. With a buffer that is long enough at once, the call is
// made once; each of them collects everything anew.
constexpr ULONG usual_size = 15'000;
// The list may have grown again when the call is repeated with the size that it had. Microsoft's example tries three
// times; a machine that starts containers needs some more.
constexpr int most_attempts = 16;
constexpr ULONG flags = GAA_FLAG_SKIP_ANYCAST | GAA_FLAG_SKIP_MULTICAST | GAA_FLAG_SKIP_DNS_SERVER;
// A limited broadcast makes no sense on a link of two (RFC 3021), nor for a host alone.
constexpr unsigned longest_with_broadcast = 30;

// Its beginning is aligned for everything: what operator new gives.
using Buffer = std::vector<std::byte>;

// The first adapter, inside of the buffer; null where there is none. "ERROR_NO_DATA: No addresses were found for the
// requested parameters": a list of nothing. "ERROR_ADDRESS_NOT_ASSOCIATED: DHCP lease information was not available",
// which can't be a matter of this call's flags, and is handed on as any other error.
Result<const IP_ADAPTER_ADDRESSES*> ask(Buffer& buffer) {
    ULONG size = usual_size;
    for (int tries = 0; tries < most_attempts; ++tries) {
        buffer.resize(size);
        auto* first = reinterpret_cast<IP_ADAPTER_ADDRESSES*>(buffer.data());
        const ULONG failure = ::GetAdaptersAddresses(AF_UNSPEC, flags, nullptr, first, &size);
        if (failure == NO_ERROR) return first;
        if (failure == ERROR_NO_DATA) return nullptr;
        if (failure != ERROR_BUFFER_OVERFLOW) return fail(translate(failure));
        // It tells the size that is needed now. Some more, so that an interface may come in between.
        size = std::max(size, static_cast<ULONG>(buffer.size())) + usual_size;
    }
    return fail(Errc::operation_would_block, ERROR_BUFFER_OVERFLOW);
}

// "IfIndex: zero where IPv4 is not available on this interface"; Ipv6IfIndex likewise. Since Windows Vista the two are
// the same number where both are there.
std::uint32_t index_of(const IP_ADAPTER_ADDRESSES& adapter) noexcept {
    if (adapter.IfIndex != 0) return adapter.IfIndex;
    return adapter.Ipv6IfIndex;
}

// "ConvertInterfaceLuidToNameA" fails for a LUID that is no longer one, and for a short buffer, which this is not.
std::string name_of(const NET_LUID& luid) {
    char name[IF_MAX_STRING_SIZE + 1];
    if (::ConvertInterfaceLuidToNameA(&luid, name, sizeof name) != NO_ERROR) return {};
    return name;
}

// The address with its host's bits set.
Endpoint last_of(const Endpoint& address, unsigned prefix_length) noexcept {
    Endpoint::V4 bytes = address.v4_bytes();
    for (unsigned bit = prefix_length; bit < 32; ++bit) bytes[bit / 8] |= static_cast<std::uint8_t>(0x80 >> bit % 8);
    return Endpoint::v4(bytes, 0);
}

AddressState state_of(NL_DAD_STATE state) noexcept {
    switch (state) {
        case IpDadStateTentative:
            return AddressState::tentative;
        case IpDadStateInvalid:  // "in the process of being deleted": nobody can bind to it any more
        case IpDadStateDuplicate:
            return AddressState::duplicate;
        case IpDadStateDeprecated:
            return AddressState::deprecated;
        default:
            return AddressState::usable;
    }
}

std::vector<InterfaceAddress> addresses_of(const IP_ADAPTER_ADDRESSES& adapter, bool broadcasts) {
    std::vector<InterfaceAddress> all;
    for (const auto* each = adapter.FirstUnicastAddress; each != nullptr; each = each->Next) {
        InterfaceAddress found;
        found.address = from_native(each->Address.lpSockaddr, each->Address.iSockaddrLength).with_port(0);
        if (found.address.family() == Family::unspecified) continue;
        const bool is_v4 = found.address.family() == Family::ipv4;
        // "OnLinkPrefixLength": 255 is no legal length. core makes it the whole address's.
        found.prefix_length = each->OnLinkPrefixLength;
        if (is_v4 && broadcasts && found.prefix_length <= longest_with_broadcast) {
            found.broadcast = last_of(found.address, found.prefix_length);
        }
        found.state = state_of(each->DadState);
        all.push_back(std::move(found));
    }
    return all;
}

// "OperStatus": IfOperStatusUp is "able to pass packets". "AdminStatus": what somebody has set. "AccessType": a link of
// two (PPP), many ends (broadcast), or oneself.
void set_state(Interface& link, const IP_ADAPTER_ADDRESSES& adapter, const MIB_IF_ROW2& row) noexcept {
    link.up = row.AdminStatus == NET_IF_ADMIN_STATUS_UP;
    link.running = link.up && adapter.OperStatus == IfOperStatusUp;
    link.loopback = adapter.IfType == IF_TYPE_SOFTWARE_LOOPBACK;
    link.point_to_point = !link.loopback && row.AccessType == NET_IF_ACCESS_POINT_TO_POINT;
    link.broadcast = !link.loopback && row.AccessType == NET_IF_ACCESS_BROADCAST;
    link.multicast = (adapter.Flags & IP_ADAPTER_NO_MULTICAST) == 0;
}

// Nothing where the interface has gone since the list was made.
Result<std::optional<Interface>> describe_adapter(const IP_ADAPTER_ADDRESSES& adapter) {
    Interface link;
    link.index = index_of(adapter);
    if (link.index == 0) return std::nullopt;  // neither family runs on it, so nobody can name it
    MIB_IF_ROW2 row{};
    row.InterfaceLuid = adapter.Luid;
    const DWORD failure = ::GetIfEntry2(&row);
    if (failure == ERROR_FILE_NOT_FOUND || failure == ERROR_NOT_FOUND) return std::nullopt;
    if (failure != NO_ERROR) return fail(translate(failure));
    if (adapter.FriendlyName != nullptr) link.name = to_utf8(adapter.FriendlyName);
    link.system_name = name_of(adapter.Luid);
    const std::size_t length = std::min<std::size_t>(adapter.PhysicalAddressLength, sizeof adapter.PhysicalAddress);
    link.hardware_address.assign(adapter.PhysicalAddress, adapter.PhysicalAddress + length);
    link.mtu = adapter.Mtu;
    set_state(link, adapter, row);
    link.addresses = addresses_of(adapter, link.broadcast);
    return link;
}

}  // namespace

Result<std::vector<Interface>> interfaces() {
    Buffer buffer;
    auto first = ask(buffer);
    if (!first) return std::unexpected(first.error());
    std::vector<Interface> all;
    for (const IP_ADAPTER_ADDRESSES* each = *first; each != nullptr; each = each->Next) {
        auto described = describe_adapter(*each);
        if (!described) return std::unexpected(described.error());
        if (*described) all.push_back(std::move(**described));
    }
    return all;
}

}  // namespace pier::sys
