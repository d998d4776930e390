// Reports in files.
#pragma once

#include "report.hpp"

#include <expected>
#include <string>
#include <vector>

namespace compare {

// Either, or a sentence about what is wrong with the file. It may hold outcomes alone.
[[nodiscard]] std::expected<Report, std::string> read_report(const std::string& file);

// All of them in one, each of which is given once.
[[nodiscard]] std::expected<Report, std::string> read_and_merge(const std::vector<std::string>& files);

// A sentence where it can't be written.
[[nodiscard]] std::expected<void, std::string> write(const std::string& file, const std::string& text);

}  // namespace compare
