// The arguments in a command line. A process of this system is given one string; every program takes it apart itself.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pier::win32 {

// By the rules of Microsoft's C runtime ("Parsing C command-line arguments"), as main()'s argv has it. Of the system's
// libraries only shell32 can do it (CommandLineToArgvW), which loads user32: and a process that has loaded user32 is
// not told any more that its user logs off or that the machine shuts down ("SetConsoleCtrlHandler").
[[nodiscard]] std::vector<std::wstring> split_command_line(std::wstring_view line);

// Adds an argument behind what is there, so that split_command_line(), and every C runtime, takes it out again as it
// is.
void append_argument(std::wstring& line, std::wstring_view argument);

}  // namespace pier::win32
