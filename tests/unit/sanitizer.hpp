// Whether this build runs under a sanitizer that wants every coroutine frame from the heap (see frame_pool.hpp).
#pragma once

#if defined(__has_feature)
#define PIER_TEST_FEATURE(name) __has_feature(name)
#else
#define PIER_TEST_FEATURE(name) 0
#endif

#if defined(__SANITIZE_THREAD__) || PIER_TEST_FEATURE(thread_sanitizer)
#define PIER_TEST_THREAD_SANITIZER 1
#else
#define PIER_TEST_THREAD_SANITIZER 0
#endif

#if PIER_TEST_THREAD_SANITIZER || defined(__SANITIZE_ADDRESS__) || PIER_TEST_FEATURE(address_sanitizer)
#define PIER_TEST_SANITIZED 1
#else
#define PIER_TEST_SANITIZED 0
#endif

namespace unit {

inline constexpr bool frames_from_heap = PIER_TEST_SANITIZED != 0;

}  // namespace unit
