// Memory that is taken before a point from which on nothing may fail.
#pragma once

#include <cstddef>

namespace pier::spi {

// Room in a vector for so many elements in all. It grows by doubling: reserve() alone takes just what it is told, and
// called for each element it would copy everything each time. Errors: throws std::bad_alloc.
template <class Vector>
void make_room(Vector& vector, std::size_t count) {
    if (vector.capacity() < count) vector.reserve(2 * count + 16);
}

}  // namespace pier::spi
