// NAME.part: what has come of a file, until it is whole; and NAME.part.token, which says of what state of the server's
// file that is.
#pragma once

#include "options.hpp"
#include "program.hpp"

#include <pier/file.hpp>
#include <pier/result.hpp>
#include <pier/task.hpp>
#include <pier/transfer/sha256.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace file_client {

class Part {
public:
    // `folder` is a real path, of the folder that the file will be in; `leaf` the file's name there.
    Part(const Options& options, const std::string& folder, const std::string& leaf);

    // Looks whether the final name is free, and opens the part that an earlier run has left. failed after a sentence.
    [[nodiscard]] pier::Task<Outcome> find();
    // What is there already: bytes, and their token; 0 and an empty token for nothing.
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
    [[nodiscard]] const std::string& token() const noexcept { return token_; }
    // The final name is taken, and the options say to leave it.
    [[nodiscard]] bool is_skipped() const noexcept { return skipped_; }

    // Adds what is there already. failed after a sentence.
    [[nodiscard]] pier::Task<Outcome> read_into(pier::transfer::Sha256& hash, const std::string& title);
    // An empty part for that token, whatever was there. hopeless after a sentence.
    [[nodiscard]] pier::Task<Outcome> begin_anew(std::string token);
    // Writes behind what is there. hopeless after a sentence. The bytes must live until the task has ended.
    [[nodiscard]] pier::Task<Outcome> append(std::span<const std::byte> bytes);
    // Gives it the final name, when everything is on the disk. failed or hopeless after a sentence.
    [[nodiscard]] pier::Task<Outcome> finish();
    // It is of no use to anybody.
    void discard();

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

private:
    [[nodiscard]] pier::Task<Outcome> open_existing();
    [[nodiscard]] pier::Task<void> read_token();
    [[nodiscard]] pier::Task<pier::Result<void>> write_token();
    Outcome complain(std::string_view doing, const std::string& what, const pier::Error& error) const;

    const Options& options_;
    const std::string folder_;
    const std::string final_;
    const std::string path_;
    const std::string token_path_;
    pier::File file_;
    std::uint64_t size_ = 0;
    std::string token_;
    bool token_is_strange_ = false;  // there is a file in the token's place that is not ours
    bool skipped_ = false;
};

}  // namespace file_client
