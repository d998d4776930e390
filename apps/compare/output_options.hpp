// Where a report goes, and how it looks: options that pier-compare and its subcommands share.
#pragma once

#include "options.hpp"

#include <pier/cli/command_line.hpp>

#include <string>

namespace compare {

// Add the options before parsing, take() what was typed after it. It lives until then; `options` does, too.
class OutputOptions {
public:
    // Sets the width to $COLUMNS, where it is one.
    explicit OutputOptions(Options& options);

    void add_file(pier::CommandLine& command);
    void add_format(pier::CommandLine& command);
    void add_looks(pier::CommandLine& command);
    void take();

private:
    Options& options_;
    std::string format_ = "table";
    std::string colours_ = "auto";
    std::string file_;
};

}  // namespace compare
