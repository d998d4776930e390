#include "download.hpp"

#include "folder.hpp"
#include "part.hpp"
#include "wire.hpp"

#include <pier/cli/byte_progress.hpp>
#include <pier/cli/printable.hpp>
#include <pier/cli/program.hpp>
#include <pier/loop.hpp>
#include <pier/transfer/message.hpp>
#include <pier/transfer/name.hpp>

#include <optional>
#include <utility>

namespace file_client {
namespace {

using pier::Errc;
using pier::Task;
using pier::transfer::FileHeader;
using pier::transfer::Refusal;
using pier::transfer::Sha256Digest;
using pier::transfer::Trailer;

std::string_view reason(Refusal refusal) noexcept {
    switch (refusal) {
        case Refusal::version:
            return "the server speaks another version of the protocol";
        case Refusal::not_found:
            return "the server has no such file; --list shows what it has";
        case Refusal::is_folder:
            return "this is a folder on the server; --all brings what is in it";
        case Refusal::not_a_file:
            return "this is a device, a pipe or a socket on the server, and no file";
        case Refusal::no_permission:
            return "the server has no permission to read it";
        case Refusal::bad_request:
        case Refusal::failed:
            break;
    }
    return "the server can't send it";
}

class Download {
public:
    Download(const Options& options, std::string name, const std::string& folder)
        : options_(options),
          name_(std::move(name)),
          part_(options, folder, pier::transfer::parts_of(name_).back()),
          wire_(options) {}

    Task<Outcome> run() {
        Outcome outcome = co_await part_.find();
        if (outcome != Outcome::well || part_.is_skipped()) co_return outcome;
        if (options_.verify) outcome = co_await part_.read_into(hash_, name_);
        if (outcome != Outcome::well) co_return outcome;
        pier::transfer::Request request = pier::transfer::GetRequest{
            .name = name_, .offset = part_.size(), .token = part_.token(), .digest = options_.verify};
        auto answer = co_await wire_.ask(std::move(request));
        if (!answer) co_return Outcome::hopeless;
        if (const auto* refusal = std::get_if<Refusal>(&*answer)) co_return fail(reason(*refusal));
        const auto* header = std::get_if<FileHeader>(&*answer);
        if (header == nullptr) co_return fail("the server gives a list instead of the file");
        outcome = co_await begin(*header);
        if (outcome == Outcome::well) outcome = co_await receive(*header);
        if (outcome == Outcome::well) outcome = co_await conclude(*header);
        co_return outcome;
    }

private:
    Outcome fail(std::string_view why) {
        pier::say(program, name_ + ": " + std::string(why));
        return Outcome::failed;
    }

    // Where the server begins decides whether the part is of use.
    Task<Outcome> begin(const FileHeader& header) {
        if (!part_.token().empty() && header.token == part_.token() && header.offset == part_.size()) {
            co_return Outcome::well;
        }
        if (header.offset != 0) co_return fail("the server begins at a place that was not asked for");
        if (part_.size() > 0) {
            pier::say(program, name_ + ": the file has changed on the server; it is brought anew");
        }
        hash_.start_anew();
        co_return co_await part_.begin_anew(header.token);
    }

    Task<Outcome> receive(const FileHeader& header) {
        pier::ByteProgress progress(pier::printable(name_), part_.size(), header.size, pier::this_loop().now(),
                                    options_.progress);
        while (part_.size() < header.size) {
            auto bytes = co_await wire_.next_bytes(header.size - part_.size());
            if (!bytes) co_return broken_off(header, bytes.error());
            if (options_.verify) hash_.add(*bytes);
            const Outcome written = co_await part_.append(*bytes);
            if (written != Outcome::well) co_return written;
            progress.advance(bytes->size(), pier::this_loop().now());
        }
        co_return Outcome::well;
    }

    Outcome broken_off(const FileHeader& header, const pier::Error& error) {
        if (error == Errc::operation_canceled) return Outcome::hopeless;
        std::string why = error == Errc::end_of_stream ? "the server has ended the connection"
                          : error == Errc::timed_out   ? "the server is silent"
                                                       : "the connection is broken: " + describe(error);
        why += " after " + std::to_string(part_.size()) + " of " + std::to_string(header.size) + " bytes; \"" +
               part_.path() + "\" is kept, and the same command goes on from there";
        return fail(why);
    }

    // What stands behind the content, and what it says of it.
    Task<Outcome> conclude(const FileHeader& header) {
        std::optional<Trailer> trailer;
        do {
            auto line = co_await wire_.next_line();
            if (!line) co_return broken_off(header, line.error());
            trailer = pier::transfer::parse_trailer(*line);
        } while (trailer && std::holds_alternative<pier::transfer::Digesting>(*trailer));
        if (!trailer) co_return spoilt("the server has sent something else than it said");
        if (std::holds_alternative<pier::transfer::Changed>(*trailer)) {
            co_return spoilt("the file has changed on the server while it was sent; try again");
        }
        std::string proof = "not verified";
        if (options_.verify) {
            const auto* theirs = std::get_if<Sha256Digest>(&*trailer);
            const Sha256Digest ours = hash_.finish();
            if (theirs == nullptr || *theirs != ours) {
                co_return spoilt("what has come is not what the server has: the digests differ; try again");
            }
            proof = "sha256 " + pier::transfer::to_hex(ours);
        }
        const Outcome finished = co_await part_.finish();
        if (finished != Outcome::well) co_return finished;
        co_await wire_.thank();
        const std::string line =
            pier::printable(name_) + ": " + std::to_string(header.size) + " bytes, " + proof + "\n";
        const bool told = options_.quiet || pier::print(program, line);
        co_return told ? Outcome::well : Outcome::hopeless;
    }

    // Nothing can be made of the part.
    Outcome spoilt(std::string_view why) {
        part_.discard();
        return fail(why);
    }

    const Options& options_;
    const std::string name_;
    Part part_;
    Wire wire_;
    pier::transfer::Sha256 hash_;
};

}  // namespace

Task<Outcome> download(const Options& options, std::string name) {
    auto folder = make_folders(options.output, name);
    if (!folder) {
        pier::say(program, folder.error());
        co_return Outcome::failed;
    }
    Download one(options, std::move(name), *folder);
    co_return co_await one.run();
}

}  // namespace file_client
