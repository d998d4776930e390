// Which cases do not hold on this system and engine: said while they run, compared with the list of deviations at the
// end.
#pragma once

#include <string>
#include <string_view>

namespace contract {

// The list of that file from here on, instead of the one that is built in. False, after a sentence, when it can't be
// read or isn't one.
[[nodiscard]] bool read_deviations(const std::string& file);

// One line "skip: CASE: REASON" on stdout; a case that runs twice says it once.
void note_skip(std::string_view name, std::string_view reason);

// The same for a case that ended with that outcome, "deviates: CASE = OUTCOME: REASON". False where it is not listed.
[[nodiscard]] bool note_deviation(std::string_view system, std::string_view engine, std::string_view name,
                                  std::string_view outcome);

// A case that the command line leaves out: its lines are not expected.
void note_left_out(std::string_view name);

// Compares what was noted with the list. False after a sentence for each difference, in either direction.
[[nodiscard]] bool as_listed(std::string_view system, std::string_view engine);

}  // namespace contract
