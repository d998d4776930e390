// Bytes as hexadecimal digits, as tcpdump(1) shows them.
#pragma once

#include <pier/packet/bytes.hpp>

#include <cstdint>
#include <string>

namespace pier::packet {

enum class DumpLetters : bool { no, yes };

// Lines of 16 bytes, "0x0010:  4500 0054 ...", and behind them the characters that are printable ASCII, with a dot for
// each other one. Any thread.
[[nodiscard]] std::string hex_dump(Bytes bytes, DumpLetters letters = DumpLetters::yes);

}  // namespace pier::packet
