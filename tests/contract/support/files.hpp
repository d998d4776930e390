// Files of known content.
#pragma once

#include "folder.hpp"
#include "harness.hpp"

#include <pier/file.hpp>

#include <span>
#include <string>

namespace contract {

// Success, or a failed case.
inline Task<pier::File> open_file(std::string path, pier::FileOptions options = {}) {
    auto opened = co_await pier::File::open(std::move(path), options, limit());
    REQUIRE(outcome(opened) == Errc::ok);
    co_return std::move(*opened);
}

// A new one, which may be read, too.
inline Task<pier::File> make_file(std::string path, std::span<const std::byte> content) {
    const pier::FileOptions options{.access = pier::FileAccess::read_write, .creation = pier::FileCreation::create_new};
    pier::File file = co_await open_file(std::move(path), options);
    auto written = co_await file.write_all_at(0, content, limit());
    REQUIRE(outcome(written) == Errc::ok);
    co_return file;
}

}  // namespace contract
