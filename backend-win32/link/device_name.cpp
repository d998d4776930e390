#include "link/device_name.hpp"

#include "process/text.hpp"
#include "socket/winsock.hpp"

#include <iphlpapi.h>

#include <array>
#include <string_view>

namespace pier::win32 {
namespace {

// "MIB_IF_ROW2": IF_TYPE_SOFTWARE_LOOPBACK.
constexpr ULONG loopback_type = 24;

// The device that Npcap has for loopback traffic, which belongs to no adapter.
constexpr std::string_view loopback_device = "\\Device\\NPF_Loopback";

std::string text_of(const GUID& id) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string text;
    const auto append = [&](std::uint64_t number, int count) {
        for (int i = count - 1; i >= 0; --i) text += digits[number >> (4 * i) & 0xfU];
    };
    append(id.Data1, 8);
    text += '-';
    append(id.Data2, 4);
    text += '-';
    append(id.Data3, 4);
    text += '-';
    for (std::size_t i = 0; i < 8; ++i) {
        if (i == 2) text += '-';
        append(id.Data4[i], 2);
    }
    return text;
}

}  // namespace

Result<std::vector<std::string>> capture_devices(std::uint32_t interface_index) {
    NET_LUID luid{};
    GUID id{};
    DWORD failure = ::ConvertInterfaceIndexToLuid(interface_index, &luid);
    if (failure == NO_ERROR) failure = ::ConvertInterfaceLuidToGuid(&luid, &id);
    if (failure != NO_ERROR) return fail(Errc::no_such_interface, static_cast<std::int32_t>(failure));
    std::vector<std::string> names{"\\Device\\NPF_{" + text_of(id) + '}'};
    if (luid.Info.IfType == loopback_type) names.emplace_back(loopback_device);
    return names;
}

}  // namespace pier::win32
