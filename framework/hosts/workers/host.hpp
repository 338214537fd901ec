// What the shim gives the module: the imports of abi.md. Addresses are into the module's memory.
#pragma once

#include <cstddef>
#include <cstdint>

#define POSTERN_IMPORT(name) __attribute__((import_module("host"), import_name(#name)))

namespace postern::workers::host {

using Request = std::uint32_t;
using Operation = std::uint32_t;

extern "C" {
POSTERN_IMPORT(respond) void host_respond(Request request, const char* record, std::size_t size);
POSTERN_IMPORT(write) void host_write(Request request, const char* bytes, std::size_t size);
POSTERN_IMPORT(finish) void host_finish(Request request);
POSTERN_IMPORT(done) void host_done(Request request);
POSTERN_IMPORT(want_turn) void host_want_turn(Request request);
POSTERN_IMPORT(start)
void host_start(Request request, Operation operation, std::uint32_t kind, const char* record, std::size_t size);
POSTERN_IMPORT(drop) void host_drop(Request request, Operation operation);

POSTERN_IMPORT(now) double host_now();
POSTERN_IMPORT(random) void host_random(char* bytes, std::size_t size);

POSTERN_IMPORT(sha256) void host_sha256(const char* bytes, std::size_t size, char* digest);
POSTERN_IMPORT(hmac_sha256)
void host_hmac_sha256(const char* key, std::size_t key_size, const char* bytes, std::size_t size, char* tag);
// `sealed` has room for the plain bytes and the 16 of the tag; `plain` for the sealed bytes without them.
POSTERN_IMPORT(aes_gcm_seal)
void host_aes_gcm_seal(const char* key, const char* nonce, const char* plain, std::size_t size, const char* associated,
                       std::size_t associated_size, char* sealed);
POSTERN_IMPORT(aes_gcm_open)
bool host_aes_gcm_open(const char* key, const char* nonce, const char* sealed, std::size_t size, const char* associated,
                       std::size_t associated_size, char* plain);
// A handle, or 0 if the key is refused. `record` is kty ("RSA", "EC", "OKP") and its two numbers, raw.
POSTERN_IMPORT(import_key) std::uint32_t host_import_key(const char* record, std::size_t size);
POSTERN_IMPORT(verify)
bool host_verify(std::uint32_t key, const char* message, std::size_t size, const char* signature,
                 std::size_t signature_size);
POSTERN_IMPORT(free_key) void host_free_key(std::uint32_t key);

POSTERN_IMPORT(log) void host_log(std::uint32_t level, const char* text, std::size_t size);
[[noreturn]] POSTERN_IMPORT(panic) void host_panic(const char* text, std::size_t size);
}

}  // namespace postern::workers::host
