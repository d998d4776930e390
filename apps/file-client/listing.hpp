// What the server has.
#pragma once

#include "options.hpp"

#include <pier/task.hpp>
#include <pier/transfer/message.hpp>

#include <optional>
#include <string>
#include <vector>

namespace file_client {

struct Listing {
    std::vector<pier::transfer::Entry> entries;  // as the server sorts them; those of --list's names alone
    std::vector<std::string> unknown;            // names that stand for none
    std::uint64_t left_out = 0;                  // files that the server can't name or read
};

// Nothing after a sentence.
[[nodiscard]] pier::Task<std::optional<Listing>> fetch_listing(const Options& options);

// Sentences about what is not in it: whether there were any of names.
bool say_missing(const Listing& listing);

// For people, and for programs. Each ends with an end of line; the table of nothing is empty.
[[nodiscard]] std::string table(const Listing& listing);
[[nodiscard]] std::string json(const Listing& listing);

}  // namespace file_client
