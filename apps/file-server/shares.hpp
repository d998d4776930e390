// What is served: the files and folders of the command line, and nothing that lies outside of them.
#pragma once

#include <pier/sys/file/place.hpp>
#include <pier/transfer/message.hpp>

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace file_server {

// A file, or a folder with all that it holds.
struct Share {
    std::string name;  // the first part of the names of its files
    std::string real;  // its real path, as of the start
    bool folder = false;

    // Whether a real path is this file's, or lies in this folder.
    [[nodiscard]] bool holds(std::string_view path) const noexcept;
};

// A path below a real path, with the separator that real paths have on this system.
[[nodiscard]] std::string below(std::string_view real, std::string_view part);

// Any thread: nothing changes after open().
class Shares {
public:
    // BLOCKS. The error is a sentence. Throws std::bad_alloc.
    [[nodiscard]] static std::expected<Shares, std::string> open(const std::vector<std::string>& paths);

    struct Found {
        std::string path;  // real
        std::optional<pier::transfer::Refusal> refusal;
    };
    // BLOCKS. Where a file is that has a name of the protocol. What lies outside, by whatever link, is not found.
    [[nodiscard]] Found find(const std::string& name) const;
    // Whether the file that was opened by that path is still the one that was found: somebody may have put a link into
    // its way meanwhile.
    [[nodiscard]] bool is_inside(const std::string& name, pier::NativeHandle opened) const;

    [[nodiscard]] const std::vector<Share>& all() const noexcept { return shares_; }

private:
    [[nodiscard]] const Share* share_of(std::string_view name) const noexcept;

    std::vector<Share> shares_;
};

}  // namespace file_server
