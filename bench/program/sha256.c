/* SHA-256 as FIPS 180-4 has it, section 6.2, in plain C: arithmetic on 32-bit words and little memory. */
#include "work.h"

#include <err.h>
#include <string.h>

enum { ROUNDS = 64, BLOCK = 64, SIZE = 1 << 20 };

/* Section 4.2.2: of the cube roots of the first 64 primes, the first 32 bits of the fractional parts. */
static const uint32_t constants[ROUNDS] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
    0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
    0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
    0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate(uint32_t x, unsigned by)
{
    return x >> by | x << (32 - by);
}

static void schedule(uint32_t w[ROUNDS], const unsigned char* block)
{
    for (int i = 0; i < 16; ++i, block += 4)
        w[i] = (uint32_t)block[0] << 24 | (uint32_t)block[1] << 16 | (uint32_t)block[2] << 8 | block[3];
    for (int i = 16; i < ROUNDS; ++i) {
        const uint32_t s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3;
        const uint32_t s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10;
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
}

static void compress(uint32_t hash[8], const unsigned char* block)
{
    uint32_t w[ROUNDS];
    schedule(w, block);
    uint32_t v[8]; /* a to h */
    memcpy(v, hash, sizeof v);
    for (int i = 0; i < ROUNDS; ++i) {
        const uint32_t s1 = rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25);
        const uint32_t choice = (v[4] & v[5]) ^ (~v[4] & v[6]);
        const uint32_t t1 = v[7] + s1 + choice + constants[i] + w[i];
        const uint32_t s0 = rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22);
        const uint32_t majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
        memmove(v + 1, v, 7 * sizeof v[0]);
        v[4] += t1;
        v[0] = t1 + s0 + majority;
    }
    for (int i = 0; i < 8; ++i) hash[i] += v[i];
}

/* The first 32 bits of the hash of `size` bytes, which end on a block's end or leave room for the padding in their last block. */
static uint32_t hash_of(const unsigned char* bytes, size_t size)
{
    uint32_t hash[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    size_t done = 0;
    for (; size - done >= BLOCK; done += BLOCK) compress(hash, bytes + done);
    unsigned char last[BLOCK] = {0};
    memcpy(last, bytes + done, size - done);
    last[size - done] = 0x80;
    for (int i = 0; i < 8; ++i) last[BLOCK - 1 - i] = (unsigned char)((uint64_t)size * 8 >> 8 * i);
    compress(hash, last);
    return hash[0];
}

struct outcome sha256(uint64_t times)
{
    static unsigned char bytes[SIZE];
    if (hash_of((const unsigned char*)"abc", 3) != 0xba7816bf) errx(1, "SHA-256 is wrong"); /* FIPS 180-4's own example */
    const uint64_t begin = now();
    uint32_t hash = 0;
    for (uint64_t i = 0; i < times; ++i) {
        memcpy(bytes, &hash, sizeof hash);
        hash = hash_of(bytes, SIZE);
    }
    return (struct outcome){now() - begin, hash};
}
