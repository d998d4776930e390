// Numbers of pcapng that its reader and its writer share.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pier::packet::pcapng {

inline constexpr std::uint32_t section = 0x0a0d0d0a;  // the same in both byte orders
inline constexpr std::uint32_t interface_description = 1;
inline constexpr std::uint32_t simple_packet = 3;
inline constexpr std::uint32_t interface_statistics = 5;
inline constexpr std::uint32_t enhanced_packet = 6;
inline constexpr std::uint32_t order_magic = 0x1a2b3c4d;

inline constexpr std::uint16_t end_of_options = 0;
inline constexpr std::uint16_t if_name = 2;
inline constexpr std::uint16_t if_tsresol = 9;
inline constexpr std::uint16_t if_tsoffset = 14;
inline constexpr std::uint16_t isb_ifrecv = 4;
inline constexpr std::uint16_t isb_ifdrop = 5;

// Blocks and options are padded to this.
constexpr std::size_t padded(std::size_t size) noexcept { return (size + 3) / 4 * 4; }

}  // namespace pier::packet::pcapng
