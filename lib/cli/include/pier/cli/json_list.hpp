// A list in JSON that is printed while it comes to be.
#pragma once

#include <string>
#include <string_view>

namespace pier {

// {"program": "PROGRAM", "NAME": [ELEMENT, ...]}, element by element, so that any number of them can be printed.
class JsonList {
public:
    // Both are visible ASCII without quotes, and outlive it.
    JsonList(std::string_view program, std::string_view name) : program_(program), name_(name) {}
    // What is to be printed for one element, which is JSON with an indent of 2, and behind the last one.
    [[nodiscard]] std::string element(std::string_view json);
    [[nodiscard]] std::string end();

private:
    [[nodiscard]] std::string begin();

    const std::string_view program_;
    const std::string_view name_;
    bool begun_ = false;
};

}  // namespace pier
