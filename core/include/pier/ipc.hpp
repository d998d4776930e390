// How processes of one machine talk: see docs/ipc.md.
#pragma once

#include <pier/ipc/named_pipe.hpp>
#include <pier/ipc/pipe.hpp>
