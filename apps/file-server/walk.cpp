#include "walk.hpp"

#include <pier/transfer/name.hpp>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <new>
#include <optional>
#include <utility>

namespace file_server {
namespace {

namespace fs = std::filesystem;

// Of lines: what one call collects.
constexpr std::size_t enough = 32 * 1024;

// The last part of a path in UTF-8. Nothing of a name that has none (half of a surrogate pair, on Windows).
std::optional<std::string> part_of(const fs::path& path) {
    try {
        const std::u8string text = path.filename().u8string();
        return std::string(reinterpret_cast<const char*>(text.data()), text.size());
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

fs::path path_of(const std::string& text) {
    return fs::path(std::u8string_view(reinterpret_cast<const char8_t*>(text.data()), text.size()));
}

}  // namespace

std::string Walk::next() {
    std::string lines;
    while (lines.size() < enough) {
        if (!folders_.empty()) {
            visit_next(shares_->all()[share_ - 1], lines);
            continue;
        }
        if (share_ == shares_->all().size()) break;
        const Share& share = shares_->all()[share_++];
        visit(share, nullptr, share.real, share.name, lines);
    }
    return lines;
}

void Walk::visit_next(const Share& share, std::string& lines) {
    Folder& folder = folders_.back();
    if (folder.parts.empty()) {
        folders_.pop_back();
        return;
    }
    const std::string part = std::move(folder.parts.back());
    folder.parts.pop_back();
    const std::string name = folder.name + "/" + part;
    visit(share, &folder, below(folder.real, part), name, lines);
}

// `path` is where the file is in its folder, if it is in one.
void Walk::visit(const Share& share, const Folder* folder, const std::string& path, const std::string& name,
                 std::string& lines) {
    const auto leave_out = [this] { ++end_.left_out; };
    if (!pier::transfer::is_name(name)) return leave_out();
    auto real = pier::sys::real_path(path);
    if (!real || !share.holds(*real)) return leave_out();
    const auto facts = pier::sys::facts_of(*real);
    if (!facts || facts->kind == pier::sys::FileKind::other) return leave_out();
    if (facts->kind == pier::sys::FileKind::regular) {
        lines += to_line(pier::transfer::ListLine(
            pier::transfer::Entry{.name = name, .size = facts->size, .modified = facts->modified}));
        ++end_.files;
        return;
    }
    if (folder != nullptr && *real != path) return leave_out();  // a link
    open_folder(std::move(*real), name);
}

void Walk::open_folder(std::string real, std::string name) {
    Folder folder{.real = std::move(real), .name = std::move(name), .parts = {}};
    std::error_code trouble;
    fs::directory_iterator each(path_of(folder.real), trouble);
    for (; !trouble && each != fs::directory_iterator(); each.increment(trouble)) {
        if (auto part = part_of(each->path())) {
            folder.parts.push_back(std::move(*part));
        } else {
            ++end_.left_out;
        }
    }
    if (trouble) ++end_.left_out;
    std::ranges::sort(folder.parts, std::greater<>());
    folders_.push_back(std::move(folder));
}

}  // namespace file_server
