/* What Pier compiles of Mbed TLS itself, where the system has none: SHA-256. */
#ifndef PIER_MBEDTLS_CONFIG_H
#define PIER_MBEDTLS_CONFIG_H

#define MBEDTLS_SHA256_C

#endif
