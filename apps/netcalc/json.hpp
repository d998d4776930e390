// The same for programs.
#pragma once

#include "subject.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace netcalc {

// Numbers beyond 2^53 would not come through every reader of JSON, so addresses and counts are decimal texts.
[[nodiscard]] nlohmann::ordered_json json(std::string_view word, const Subject& subject);

// {"program": "pier-netcalc", "NAME": [ELEMENT, ...]}, element by element, so that any number of them can be printed.
class JsonList {
public:
    explicit JsonList(std::string_view name) : name_(name) {}
    // What is to be printed for one element, and behind the last one.
    [[nodiscard]] std::string element(const nlohmann::ordered_json& value);
    [[nodiscard]] std::string end();

private:
    [[nodiscard]] std::string begin();

    const std::string name_;
    bool begun_ = false;
};

}  // namespace netcalc
