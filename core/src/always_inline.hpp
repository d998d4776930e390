// For the few functions whose calls are a measurable part of a message's cost; the compilers count size instead.
#pragma once

#ifdef _MSC_VER
#define PIER_ALWAYS_INLINE __forceinline
#else
#define PIER_ALWAYS_INLINE [[gnu::always_inline]] inline
#endif
