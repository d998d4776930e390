// What the clients of a model's server say and hear.
#pragma once

#include "models/model_server.hpp"

#include <pier/result.hpp>
#include <pier/stream.hpp>
#include <pier/task.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace compare {

// Of everything that is expected to happen: a process may have to be started for it.
inline constexpr std::chrono::seconds patience_of_a_client{30};

// A step that went otherwise, in words: what was tried, and what came of it.
using Failure = std::string;
template <class T>
using Step = std::expected<T, Failure>;

[[nodiscard]] pier::Task<Step<pier::Stream>> connect(const ModelServer& server);
// Says it, and hears the same, in time.
[[nodiscard]] pier::Task<Step<void>> echo(const pier::Stream& client, std::string_view text,
                                          pier::Duration patience = patience_of_a_client);
// Hears so many bytes, which have to be `text`. Errors are values: timed_out when nothing has come.
[[nodiscard]] pier::Task<pier::Result<std::string>> hear(const pier::Stream& client, std::size_t size,
                                                         pier::Deadline deadline);
// A client that is served: connects and echoes.
[[nodiscard]] pier::Task<Step<pier::Stream>> served_client(const ModelServer& server);
// Until who connects is refused: the server has begun to stop.
[[nodiscard]] pier::Task<Step<void>> until_refused(const ModelServer& server);

}  // namespace compare
