// What every program of Pier does the same way: its complaints, its output, its choice of an engine.
#pragma once

#include <pier/endpoint.hpp>
#include <pier/loop.hpp>
#include <pier/result.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pier {

// One line on stderr: the program and the sentence, printable. Without memory for it, the line says that.
void say(std::string_view program, std::string_view sentence) noexcept;

// What somebody can do about the error; empty where that is not known.
[[nodiscard]] std::string_view advice(const Error& error) noexcept;

// The same of what was tried, the error and the advice. Returns the exit status 1.
int complain(std::string_view program, std::string_view what, const Error& error);

// The text on stdout, flushed. False after a sentence on stderr when it can't be written (exit status 1).
[[nodiscard]] bool print(std::string_view program, std::string_view text);

// A line an engine: "NAME: summary", or why it can't run here.
[[nodiscard]] std::string list_engines();

// The engine of that name, or the best one without a name; "iterative" is a preset of engine blocking. Null after a
// sentence on stderr (exit status 2).
[[nodiscard]] const EngineInfo* choose_engine(std::string_view program, const std::optional<std::string>& name);

}  // namespace pier
