# Proves: in protected mode, instructions of all kinds reach a device in memory, each access with its width; holes read as ones and swallow writes.
#define BITS 32
#include "probe.inc"
#include "mmio.inc"
    finish
