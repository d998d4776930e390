// What select works on: an fd_set of any size, and the way back from a socket to whom it belongs.
#pragma once

#include "socket/winsock.hpp"

#include <pier/detail/make_room.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace pier::win32 {

// An fd_set is a count and an array of sockets. FD_SETSIZE bounds only the macros and the declared type; select goes by
// the count (the documentation of select, "Remarks"). So this keeps one word for the count and lets the array grow.
class SocketSet {
public:
    static_assert(offsetof(fd_set, fd_count) == 0 && offsetof(fd_set, fd_array) == sizeof(SOCKET));
    static_assert(sizeof(fd_set::fd_count) == 4);

    [[nodiscard]] std::size_t size() const noexcept { return words_.size() - 1; }
    [[nodiscard]] SOCKET at(std::size_t place) const noexcept { return words_[place]; }  // from 1

    // Throws std::bad_alloc; room for so many is taken with something to spare.
    void reserve(std::size_t count) { spi::make_room(words_, count + 1); }
    // Where it stands; never 0.
    std::uint32_t add(SOCKET socket) noexcept {
        words_.push_back(socket);
        return static_cast<std::uint32_t>(words_.size() - 1);
    }
    // The last one takes the place: which socket that is.
    SOCKET remove(std::uint32_t place) noexcept {
        SOCKET last = words_.back();
        words_[place] = last;
        words_.pop_back();
        return last;
    }

    // A copy for select to write to. Both have room for as many.
    void copy(const SocketSet& other) noexcept {
        words_.assign(other.words_.begin(), other.words_.end());
        words_[0] = other.size();  // the lower half is fd_count, the upper one padding
    }
    // Null when it is empty: three empty sets are an error, one is only work.
    [[nodiscard]] fd_set* argument() noexcept {
        return size() == 0 ? nullptr : reinterpret_cast<fd_set*>(words_.data());
    }
    // How many select left in it.
    [[nodiscard]] std::size_t ready() const noexcept { return size() == 0 ? 0 : static_cast<std::uint32_t>(words_[0]); }

private:
    std::vector<SOCKET> words_{0};
};

// From sockets to values, by open addressing with linear probing: a look-up for each ready socket, no allocation but to
// grow. Value has `SOCKET socket`, INVALID_SOCKET in a free cell.
template <class Value>
class SocketTable {
public:
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    // Null when it is not there. The pointer holds until the next insert or erase.
    [[nodiscard]] Value* find(SOCKET socket) noexcept {
        if (cells_.empty()) return nullptr;
        for (std::size_t i = home(socket);; i = (i + 1) & mask()) {
            if (cells_[i].socket == socket) return &cells_[i];
            if (cells_[i].socket == INVALID_SOCKET) return nullptr;
        }
    }

    // It is not there yet. Throws std::bad_alloc.
    void insert(const Value& value) {
        if (2 * (size_ + 1) > cells_.size()) grow();
        put(value);
        ++size_;
    }

    // What stands behind it moves up, so that no probe meets a hole.
    void erase(SOCKET socket) noexcept {
        Value* found = find(socket);
        if (found == nullptr) return;
        auto hole = static_cast<std::size_t>(found - cells_.data());
        for (std::size_t i = (hole + 1) & mask(); cells_[i].socket != INVALID_SOCKET; i = (i + 1) & mask()) {
            if (((i - home(cells_[i].socket)) & mask()) < ((i - hole) & mask())) continue;
            cells_[hole] = cells_[i];
            hole = i;
        }
        cells_[hole] = Value{};
        --size_;
    }

    template <class Function>
    void each(Function function) {
        for (Value& cell : cells_) {
            if (cell.socket != INVALID_SOCKET) function(cell);
        }
    }

private:
    [[nodiscard]] std::size_t mask() const noexcept { return cells_.size() - 1; }
    // Handles are multiples of four, and close to one another.
    [[nodiscard]] std::size_t home(SOCKET socket) const noexcept {
        return static_cast<std::size_t>((static_cast<std::uint64_t>(socket) >> 2) * 0x9e3779b97f4a7c15ULL >> 32) &
               mask();
    }

    void put(const Value& value) noexcept {
        std::size_t i = home(value.socket);
        while (cells_[i].socket != INVALID_SOCKET) i = (i + 1) & mask();
        cells_[i] = value;
    }

    void grow() {
        std::vector<Value> old(cells_.empty() ? 64 : 2 * cells_.size());
        std::swap(old, cells_);
        for (const Value& value : old) {
            if (value.socket != INVALID_SOCKET) put(value);
        }
    }

    std::vector<Value> cells_;
    std::size_t size_ = 0;
};

}  // namespace pier::win32
