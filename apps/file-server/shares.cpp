#include "shares.hpp"

#include <pier/cli/quoted.hpp>
#include <pier/transfer/name.hpp>

#include <algorithm>
#include <utility>

namespace file_server {
namespace {

using pier::transfer::Refusal;

// Real paths begin with a slash where they are separated by slashes.
char separator_of(std::string_view real) noexcept { return real.starts_with('/') ? '/' : '\\'; }

std::string_view last_part(std::string_view path, std::string_view separators) noexcept {
    while (!path.empty() && separators.find(path.back()) != std::string_view::npos) path.remove_suffix(1);
    return path.substr(path.find_last_of(separators) + 1);
}

// As the path says it; "." and "..", and a drive alone, have a name only by what they stand for.
std::string name_of(std::string_view path, std::string_view real) {
    const std::string_view separators = separator_of(real) == '/' ? "/" : "/\\";
    const std::string_view typed = last_part(path, separators);
    return std::string(pier::transfer::is_name_part(typed) ? typed : last_part(real, separators));
}

std::expected<Share, std::string> open_one(const std::string& path) {
    auto real = pier::sys::real_path(path);
    if (!real) return std::unexpected(pier::quoted(path) + ": " + describe(real.error()));
    const auto facts = pier::sys::facts_of(*real);
    if (!facts) return std::unexpected(pier::quoted(path) + ": " + describe(facts.error()));
    if (facts->kind == pier::sys::FileKind::other) {
        return std::unexpected(pier::quoted(path) + ": this is neither a file nor a folder");
    }
    Share share{
        .name = name_of(path, *real), .real = std::move(*real), .folder = facts->kind == pier::sys::FileKind::folder};
    if (!pier::transfer::is_name_part(share.name)) {
        return std::unexpected(pier::quoted(path) + ": it has no name that every system can have; name a folder in it");
    }
    return share;
}

Refusal refusal_of(const pier::Error& error) noexcept {
    switch (error.condition) {
        case pier::Errc::file_not_found:
        case pier::Errc::name_too_long:
        case pier::Errc::invalid_argument:
            return Refusal::not_found;
        case pier::Errc::permission_denied:
            return Refusal::no_permission;
        default:
            return Refusal::failed;
    }
}

}  // namespace

bool Share::holds(std::string_view path) const noexcept {
    if (!folder || !path.starts_with(real)) return path == real;
    if (path.size() == real.size()) return true;
    const char separator = separator_of(real);
    return real.ends_with(separator) || path[real.size()] == separator;
}

std::string below(std::string_view real, std::string_view part) {
    const char separator = separator_of(real);
    std::string path(real);
    if (!path.ends_with(separator)) path += separator;
    return path.append(part);
}

std::expected<Shares, std::string> Shares::open(const std::vector<std::string>& paths) {
    Shares shares;
    for (const std::string& path : paths) {
        auto share = open_one(path);
        if (!share) return std::unexpected(std::move(share.error()));
        if (shares.share_of(share->name) != nullptr) {
            return std::unexpected(pier::quoted(path) + ": another one is called \"" + share->name + "\", too");
        }
        shares.shares_.push_back(std::move(*share));
    }
    return shares;
}

const Share* Shares::share_of(std::string_view name) const noexcept {
    const std::string_view first = name.substr(0, name.find('/'));
    const auto found = std::ranges::find(shares_, first, &Share::name);
    return found == shares_.end() ? nullptr : &*found;
}

Shares::Found Shares::find(const std::string& name) const {
    const Share* share = share_of(name);
    if (share == nullptr || !pier::transfer::is_name(name)) return {{}, Refusal::not_found};
    std::string path = share->real;
    const std::vector<std::string> parts = pier::transfer::parts_of(name);
    for (std::size_t i = 1; i < parts.size(); ++i) path = below(path, parts[i]);
    auto real = pier::sys::real_path(path);
    if (!real) return {{}, refusal_of(real.error())};
    if (!share->holds(*real)) return {{}, Refusal::not_found};
    const auto facts = pier::sys::facts_of(*real);
    if (!facts) return {{}, refusal_of(facts.error())};
    if (facts->kind == pier::sys::FileKind::folder) return {{}, Refusal::is_folder};
    if (facts->kind != pier::sys::FileKind::regular) return {{}, Refusal::not_a_file};
    return {std::move(*real), std::nullopt};
}

bool Shares::is_inside(const std::string& name, pier::NativeHandle opened) const {
    const auto real = pier::sys::real_path(opened);
    // Where the system can't tell, what find() saw has to do.
    if (!real) return real.error() == pier::Errc::not_supported;
    const Share* share = share_of(name);
    return share != nullptr && share->holds(*real);
}

}  // namespace file_server
