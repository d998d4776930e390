#include <pier/process/line_input.hpp>

#include "process/input_reader.hpp"

#include <utility>

namespace pier {

Task<Result<std::optional<std::string>>> LineInput::next(Deadline deadline) {
    auto taken = co_await take_input(InputUnit::lines, deadline);
    if (!taken) co_return fail(taken.error());
    continues_ = *taken && (*taken)->continues;
    if (!*taken) co_return std::nullopt;
    co_return std::move((*taken)->text);
}

Task<Result<std::optional<std::string>>> KeyInput::next(Deadline deadline) {
    auto taken = co_await take_input(InputUnit::keys, deadline);
    if (!taken) co_return fail(taken.error());
    if (!*taken) co_return std::nullopt;
    co_return std::move((*taken)->text);
}

}  // namespace pier
