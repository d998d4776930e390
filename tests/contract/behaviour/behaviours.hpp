// The behaviours of lib/behaviour as cases of the contract.
#pragma once

namespace contract {

// A case for each behaviour that has steps, "behaviour: ID". Before doctest runs.
void register_behaviours();

}  // namespace contract
