#include "part.hpp"

#include <pier/cli/byte_progress.hpp>
#include <pier/cli/printable.hpp>
#include <pier/cli/program.hpp>
#include <pier/cli/quoted.hpp>
#include <pier/loop.hpp>
#include <pier/sys/file/place.hpp>
#include <pier/transfer/message.hpp>

#include <array>
#include <utility>
#include <vector>

namespace file_client {
namespace {

using pier::Errc;
using pier::Task;

// In front of the token.
constexpr std::string_view mark = "pier-file-part 1 ";
constexpr std::size_t piece = 256 * 1024;

// Real paths begin with a slash where they are separated by slashes.
std::string below(const std::string& real, const std::string& leaf) {
    const char separator = real.starts_with('/') ? '/' : '\\';
    return real.ends_with(separator) ? real + leaf : real + separator + leaf;
}

}  // namespace

Part::Part(const Options& options, const std::string& folder, const std::string& leaf)
    : options_(options),
      folder_(folder),
      final_(below(folder, leaf)),
      path_(final_ + ".part"),
      token_path_(path_ + ".token") {}

Task<Outcome> Part::find() {
    const auto taken = pier::sys::facts_of(final_);
    if (taken && taken->kind == pier::sys::FileKind::folder) {
        pier::say(program, pier::quoted(final_) + ": a folder has this name already");
        co_return Outcome::failed;
    }
    if (taken && options_.skip_existing) {
        skipped_ = true;
        co_return Outcome::well;
    }
    if (taken && !options_.force) {
        pier::say(program, pier::quoted(final_) + " is there already; --force replaces it");
        co_return Outcome::failed;
    }
    co_await read_token();
    const Outcome opened = co_await open_existing();
    if (opened != Outcome::well) co_return opened;
    const bool strange = token_is_strange_ || (size_ > 0 && token_.empty());
    if (strange && !options_.force) {
        pier::say(program, pier::quoted(path_) +
                               " is there, and nothing beside it says that it is of this program; remove "
                               "it, or --force begins it anew");
        co_return Outcome::failed;
    }
    if (token_.empty() || !file_.valid()) {
        token_.clear();
        size_ = 0;
    }
    co_return Outcome::well;
}

// Nothing is there, or a regular file, which no link has led to.
Task<Outcome> Part::open_existing() {
    auto opened = co_await pier::File::open(path_, {.access = pier::FileAccess::read_write});
    if (!opened && opened.error() == Errc::file_not_found) {
        // Also a link that leads nowhere, which create_new will refuse.
        co_return Outcome::well;
    }
    if (!opened) co_return complain("opening", path_, opened.error());
    const auto real = pier::sys::real_path(opened->native_handle());
    if (real ? *real != path_ : real.error() != Errc::not_supported) {
        pier::say(program, pier::quoted(path_) + " is a link, or another way to write a name; remove it");
        co_return Outcome::failed;
    }
    auto size = co_await opened->size();
    if (!size) co_return complain("reading", path_, size.error());
    file_ = std::move(*opened);
    size_ = *size;
    co_return Outcome::well;
}

Task<void> Part::read_token() {
    auto file = co_await pier::File::open(token_path_);
    if (!file) {
        token_is_strange_ = file.error() != Errc::file_not_found;
        co_return;
    }
    std::array<char, mark.size() + pier::transfer::longest_token + 2> text;
    std::size_t size = 0;
    while (size < text.size()) {
        auto got = co_await file->read_at(size, std::as_writable_bytes(std::span(text).subspan(size)));
        if (!got || *got == 0) break;
        size += *got;
    }
    std::string_view line(text.data(), size);
    // One that was cut by the end of its writer belongs to an empty part.
    if (line.empty() || mark.starts_with(line)) co_return;
    token_is_strange_ = !line.starts_with(mark);
    if (token_is_strange_ || !line.ends_with('\n')) co_return;
    line.remove_prefix(mark.size());
    line.remove_suffix(1);
    if (pier::transfer::is_token(line)) token_ = line;
}

Task<pier::Result<void>> Part::write_token() {
    // A link there would lead the content elsewhere; what is removed is ours, or was to be replaced.
    auto removed = pier::sys::remove_file(token_path_);
    if (!removed && removed.error() != Errc::file_not_found) co_return removed;
    auto file = co_await pier::File::open(
        token_path_, {.access = pier::FileAccess::write, .creation = pier::FileCreation::create_new});
    if (!file) co_return pier::fail(file.error());
    const std::string line = std::string(mark) + token_ + "\n";
    co_return co_await file->write_all_at(0, std::as_bytes(std::span(line)));
}

Task<Outcome> Part::read_into(pier::transfer::Sha256& hash, const std::string& title) {
    std::vector<std::byte> buffer(piece);
    pier::ByteProgress progress("reading " + pier::printable(title) + ".part", 0, size_, pier::this_loop().now(),
                                options_.progress);
    for (std::uint64_t done = 0; done < size_;) {
        auto got = co_await file_.read_at(done, std::span(buffer));
        if (!got) co_return complain("reading", path_, got.error());
        if (*got == 0) {
            pier::say(program,
                      pier::quoted(path_) + " has become shorter while it was read: is another program at it?");
            co_return Outcome::failed;
        }
        const std::uint64_t part = std::min<std::uint64_t>(*got, size_ - done);
        hash.add(std::span(buffer).first(static_cast<std::size_t>(part)));
        done += part;
        progress.advance(part, pier::this_loop().now());
    }
    co_return Outcome::well;
}

// Killed between any two steps, it leaves a part that is empty, or one whose token is the right one.
Task<Outcome> Part::begin_anew(std::string token) {
    token_ = std::move(token);
    size_ = 0;
    if (file_.valid()) {
        auto emptied = co_await file_.resize(0);
        if (!emptied) co_return complain("emptying", path_, emptied.error());
    }
    auto written = co_await write_token();
    if (!written) co_return complain("writing", token_path_, written.error());
    if (file_.valid()) co_return Outcome::well;
    auto created = co_await pier::File::open(
        path_, {.access = pier::FileAccess::read_write, .creation = pier::FileCreation::create_new});
    if (!created) co_return complain("creating", path_, created.error());
    file_ = std::move(*created);
    co_return Outcome::well;
}

Task<Outcome> Part::append(std::span<const std::byte> bytes) {
    auto written = co_await file_.write_all_at(size_, bytes);
    if (!written) co_return complain("writing", path_, written.error());
    size_ += bytes.size();
    co_return Outcome::well;
}

Task<Outcome> Part::finish() {
    auto synced = co_await file_.sync(pier::FileSync::all);
    if (!synced) co_return complain("writing", path_, synced.error());
    file_.close();
    const auto replacing = options_.force ? pier::sys::Replacing::yes : pier::sys::Replacing::no;
    auto renamed = pier::sys::rename_file(path_, final_, replacing);
    if (!renamed && renamed.error() == Errc::file_exists) {
        pier::say(program, pier::quoted(final_) + " has come to be meanwhile; the new one is " + pier::quoted(path_));
        co_return Outcome::failed;
    }
    if (!renamed) co_return complain("renaming", path_, renamed.error());
    (void)pier::sys::remove_file(token_path_);  // one that is left says nothing about any part
    // A folder that can't be opened for it (one may write to it without the right to read) is synced some time.
    (void)pier::sys::sync_folder(folder_);
    co_return Outcome::well;
}

void Part::discard() {
    file_.close();
    (void)pier::sys::remove_file(path_);  // where that fails, the next run complains of it
    (void)pier::sys::remove_file(token_path_);
}

// What concerns the disk concerns the next file, too.
Outcome Part::complain(std::string_view doing, const std::string& what, const pier::Error& error) const {
    if (error == Errc::operation_canceled) return Outcome::hopeless;
    std::string sentence = std::string(doing) + " " + pier::quoted(what) + ": " + describe(error);
    if (error == Errc::disk_full || error == Errc::file_too_large) {
        sentence += "; what has come is kept, and the same command goes on from there when there is room";
    } else if (error == Errc::permission_denied) {
        sentence += "; --output names another folder";
    }
    pier::say(program, sentence);
    return error == Errc::disk_full || error == Errc::io_error ? Outcome::hopeless : Outcome::failed;
}

}  // namespace file_client
