// What is printed of the options.
#pragma once

#include "options.hpp"

#include <pier/result.hpp>
#include <pier/socket/option_table.hpp>

#include <string>
#include <vector>

namespace sockopt {

struct Row {
    const pier::option::Entry* entry;
    pier::Result<pier::option::Raw> value;  // not_supported: the system has no such option
};

// "a TCP socket of IPv4", "a TCP listener of IPv6".
[[nodiscard]] std::string socket_text(const Options& options);

[[nodiscard]] std::string table(const Options& options, const std::vector<Row>& rows);
[[nodiscard]] std::string json(const Options& options, const std::vector<Row>& rows);

}  // namespace sockopt
