// The bytes of a description that is right.
#pragma once

#include "assemble.hpp"
#include "parse.hpp"

#include <doctest/doctest.h>

#include <string_view>
#include <vector>

inline send_frame::ByteVector bytes_of(std::string_view text, const send_frame::Defaults& defaults = {}) {
    const auto frames = send_frame::parse(text);
    const std::string problem = frames ? "" : frames.error().sentence;
    REQUIRE_MESSAGE(frames.has_value(), text, ": ", problem);
    REQUIRE(frames->size() == 1);
    auto bytes = assemble(frames->front(), defaults);
    const std::string fault = bytes ? "" : bytes.error();
    REQUIRE_MESSAGE(bytes.has_value(), text, ": ", fault);
    return std::move(*bytes);
}
