// Words that can't be names, whatever a resolver would say of them.
#pragma once

#include "words.hpp"

#include <string>

namespace lookup {

// What is wrong with it, without the word itself; empty where it may be a name, or is an address.
[[nodiscard]] std::string fault_of(const Word& word);

}  // namespace lookup
