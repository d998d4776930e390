// Whether this build runs under a sanitizer that wants every coroutine frame from the heap (see frame_pool.hpp).
#pragma once

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define PIER_TEST_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define PIER_TEST_SANITIZED 1
#endif
#endif
#ifndef PIER_TEST_SANITIZED
#define PIER_TEST_SANITIZED 0
#endif

namespace unit {

inline constexpr bool frames_from_heap = PIER_TEST_SANITIZED != 0;

}  // namespace unit
