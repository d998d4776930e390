// Where a report goes, and how it looks: options that pier-compare and its subcommands share.
#pragma once

#include "options.hpp"

#include <CLI/CLI.hpp>

#include <string>

namespace compare {

// Add the options before parsing, take() what was typed after it. It lives until then; `options` does, too.
class OutputOptions {
public:
    // Sets the width to $COLUMNS, where it is one.
    explicit OutputOptions(Options& options);

    void add_file(CLI::App& command);
    void add_format(CLI::App& command);
    void add_looks(CLI::App& command);
    void take();

private:
    Options& options_;
    std::string format_ = "table";
    std::string colours_ = "auto";
    std::string file_;
};

}  // namespace compare
