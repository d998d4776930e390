// Cases that are made from data, beside those that are written as such.
#pragma once

namespace contract {

// Registers them with doctest, before it runs and after the command line is known.
using RegisterMoreCases = void (*)();

// Set before main() by the source that has them; null in an executable without it.
extern RegisterMoreCases register_more_cases;

}  // namespace contract
