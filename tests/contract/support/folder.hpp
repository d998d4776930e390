// A folder for the files of one case, which goes with it.
#pragma once

#include <pier/sys/unix_socket.hpp>

#include <filesystem>
#include <string>
#include <system_error>

namespace contract {

class Folder {
public:
    Folder() {
        static int count = 0;
        folder_ = std::filesystem::temp_directory_path() /
                  ("pier-" + std::to_string(pier::sys::process_id()) + "-" + std::to_string(++count));
        std::filesystem::create_directory(folder_);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }

    [[nodiscard]] std::filesystem::path path(const std::string& name) const { return folder_ / name; }
    // In UTF-8.
    [[nodiscard]] std::string text(const std::string& name) const {
        const std::u8string path = (folder_ / name).u8string();
        return {path.begin(), path.end()};
    }
    [[nodiscard]] bool is_empty() const { return std::filesystem::is_empty(folder_); }

private:
    std::filesystem::path folder_;
};

}  // namespace contract
