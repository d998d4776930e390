#include "side.hpp"

#include <utility>

namespace ipc {

std::unexpected<Fault> fault(std::string sentence) { return std::unexpected(Fault{.sentence = std::move(sentence)}); }

std::unexpected<Fault> fault(std::string_view doing, const pier::Error& error) {
    std::string sentence(doing);
    sentence.append(": ").append(pier::describe(error));
    return fault(std::move(sentence));
}

}  // namespace ipc
