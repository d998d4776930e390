// Which cases do not hold on this system and engine: said while they run, compared with the expected ones at the end.
#pragma once

#include <string>
#include <string_view>

namespace contract {

// One line "skip: CASE: REASON" on stdout; a case that runs twice says it once.
void note_skip(std::string_view name, std::string_view reason);

// A case that the command line leaves out: its lines are not expected.
void note_left_out(std::string_view name);

// Compares with the lines "SYSTEM ENGINE CASE: REASON" of the file. False after a sentence for each difference, in
// either direction.
[[nodiscard]] bool skips_as_expected(const std::string& file, std::string_view system, std::string_view engine);

}  // namespace contract
