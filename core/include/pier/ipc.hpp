// Everything by which processes of one machine communicate: see docs/ipc.md.
#pragma once

#include <pier/ipc/creation.hpp>
#include <pier/ipc/message_queue.hpp>
#include <pier/ipc/name.hpp>
#include <pier/ipc/named_mutex.hpp>
#include <pier/ipc/named_pipe.hpp>
#include <pier/ipc/named_semaphore.hpp>
#include <pier/ipc/pipe.hpp>
#include <pier/ipc/remains.hpp>
#include <pier/ipc/shared_memory.hpp>
