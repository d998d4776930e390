// Reports in files.
#pragma once

#include "report/report.hpp"

#include <expected>
#include <string>
#include <vector>

namespace compare {

// All of it, or a sentence.
[[nodiscard]] std::expected<std::string, std::string> read(const std::string& file);

// A sentence where one is given twice.
[[nodiscard]] std::expected<void, std::string> all_different(const std::vector<std::string>& files);

// Either, or a sentence about what is wrong with the file. It may hold outcomes alone.
[[nodiscard]] std::expected<Report, std::string> read_report(const std::string& file);

// All of them in one, each of which is given once.
[[nodiscard]] std::expected<Report, std::string> read_and_merge(const std::vector<std::string>& files);

// A sentence where it can't be written.
[[nodiscard]] std::expected<void, std::string> write(const std::string& file, const std::string& text);

}  // namespace compare
