// Through everything that is served, file by file.
#pragma once

#include "shares.hpp"

#include <pier/transfer/message.hpp>

#include <memory>
#include <string>
#include <vector>

namespace file_server {

// Gives the lines of a list, in the order of the shares and of the names in each folder. Its memory is that of the
// names in the folders above the present file. Links to files inside of their share are files; links to folders are not
// followed, so that there is an end. One thread at a time.
class Walk {
public:
    explicit Walk(std::shared_ptr<const Shares> shares) : shares_(std::move(shares)) {}

    // BLOCKS. Lines of some hundred files; empty at the end. Throws std::bad_alloc.
    [[nodiscard]] std::string next();
    // How it was, at the end.
    [[nodiscard]] const pier::transfer::ListEnd& end() const noexcept { return end_; }

private:
    struct Folder {
        std::string real;
        std::string name;
        std::vector<std::string> parts;  // that are to be visited, the next one last
    };
    void open_folder(std::string real, std::string name);
    void visit(const Share& share, const Folder* folder, const std::string& real, const std::string& name,
               std::string& lines);
    void visit_next(const Share& share, std::string& lines);

    const std::shared_ptr<const Shares> shares_;
    std::size_t share_ = 0;  // the next one
    std::vector<Folder> folders_;
    pier::transfer::ListEnd end_;
};

}  // namespace file_server
