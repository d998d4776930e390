// What was expected of systems before anything ran there: by documents, issues and earlier measurements.
#pragma once

#include <span>
#include <string_view>

namespace pier::behaviour {

// Of Windows, on which nothing has run yet. The source is a vendor's document, a test that is written to hold there, an
// issue, or says that there is none.
struct Hearsay {
    std::string_view behaviour;
    std::string_view sentence;
    std::string_view source;
};
// Null when nothing is known.
[[nodiscard]] const Hearsay* hearsay_of_windows(std::string_view behaviour);

// Outcomes of the system's own calls, where the expectation says them in as many words. Empty when it does not.
[[nodiscard]] std::string_view expected_native(std::string_view system, std::string_view behaviour);

}  // namespace pier::behaviour
