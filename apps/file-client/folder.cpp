#include "folder.hpp"

#include <pier/sys/file/place.hpp>
#include <pier/transfer/name.hpp>

#include <utility>
#include <vector>

namespace file_client {
namespace {

std::string about(const std::string& path, const pier::Error& error) {
    std::string sentence = "the folder \"" + path + "\": " + describe(error);
    if (error == pier::Errc::permission_denied) sentence += "; --output names another folder";
    return sentence;
}

bool is_folder(const std::string& path) {
    const auto facts = pier::sys::facts_of(path);
    return facts && facts->kind == pier::sys::FileKind::folder;
}

}  // namespace

std::expected<std::string, std::string> make_folders(const std::string& output, const std::string& name) {
    auto real = pier::sys::real_path(output);
    if (!real) return std::unexpected(about(output, real.error()));
    if (!is_folder(*real)) return std::unexpected("--output: \"" + output + "\" is no folder");
    std::string path = std::move(*real);
    const char separator = path.starts_with('/') ? '/' : '\\';  // as real paths have it
    std::vector<std::string> parts = pier::transfer::parts_of(name);
    parts.pop_back();
    for (const std::string& part : parts) {
        if (!path.ends_with(separator)) path += separator;
        path += part;
        auto made = pier::sys::make_folder(path);
        if (!made && made.error() != pier::Errc::file_exists) return std::unexpected(about(path, made.error()));
        if (!is_folder(path)) return std::unexpected("\"" + path + "\" is in the way: it is no folder");
        const auto stands_for = pier::sys::real_path(path);
        if (!stands_for) return std::unexpected(about(path, stands_for.error()));
        if (*stands_for != path) {
            return std::unexpected("\"" + path + "\" is a link, which files of a server must not go through");
        }
    }
    return path;
}

}  // namespace file_client
