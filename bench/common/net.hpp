// Sockets for the hand-written servers: the same few names on both systems.
#pragma once
#ifdef _WIN32
#include "net_winsock.hpp"
#else
#include "net_posix.hpp"
#endif
